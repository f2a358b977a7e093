// Declares every route with its search parameters. Only this file knows all features.
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { z } from "zod";
import { signInProblems, type SignInProblem } from "../../../src/api/contract/session.ts";
import { accountSearch } from "../account/search-params.ts";
import { accountsSearch } from "../accounts/search-params.ts";
import { sessionQuery } from "../session/session.ts";
import { importSearch, syncSearch } from "../sync/search-params.ts";
import { NotFoundPage, RootErrorPage, ErrorPage } from "./error-pages.tsx";
import { Shell } from "./shell.tsx";

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  notFoundComponent: NotFoundPage,
  errorComponent: RootErrorPage,
  // The session brings the CSRF token, which every change needs, signing in included.
  beforeLoad: async ({ context }) => ({ session: await context.queryClient.ensureQueryData(sessionQuery) }),
});

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/contacts/accounts" });
  },
});

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys returns string[]
const signInProblemCodes = Object.keys(signInProblems) as SignInProblem[];

/**
 * Search parameters of the sign-in page. `to` is a path of this site, so that nobody is sent to
 * another.
 */
const signInSearch = z.object({
  to: z
    .string()
    .regex(/^\/(?![/\\])/)
    .optional()
    .catch(undefined),
  problem: z.enum(signInProblemCodes).optional().catch(undefined),
  /** Microsoft's code of the error. */
  number: z
    .string()
    .regex(/^AADSTS\d{1,9}$/)
    .optional()
    .catch(undefined),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import("../session/sign-in-page.tsx"), "SignInPage"),
});

const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  component: lazyRouteComponent(() => import("../session/reset-page.tsx"), "ResetPage"),
});

const link = createRoute({
  getParentRoute: () => root,
  path: "/links/$token",
  component: lazyRouteComponent(() => import("../session/link-page.tsx"), "LinkPage"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  beforeLoad: ({ context, location }) => {
    if (context.session.teammate) return;
    const to = location.href === "/contacts/accounts" ? undefined : location.href;
    throw redirect({ to: "/sign-in", search: { to } });
  },
});

const accounts = createRoute({
  getParentRoute: () => shell,
  path: "/contacts/accounts",
  validateSearch: accountsSearch.extend(importSearch.shape),
  component: lazyRouteComponent(() => import("./accounts-with-import.tsx"), "AccountsWithImport"),
});

const sync = createRoute({
  getParentRoute: () => shell,
  path: "/contacts/accounts/sync",
  validateSearch: syncSearch,
  component: lazyRouteComponent(() => import("../sync/sync-page.tsx"), "SyncPage"),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: "/contacts/accounts/$id",
  validateSearch: accountSearch,
  component: lazyRouteComponent(() => import("../account/account-page.tsx"), "AccountPage"),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  beforeLoad: ({ location }) => {
    if (location.pathname === "/settings") throw redirect({ to: "/settings/fields" });
  },
});

const fields = createRoute({
  getParentRoute: () => settings,
  path: "/fields",
  component: lazyRouteComponent(() => import("../settings/fields-page.tsx"), "FieldsPage"),
});

const domains = createRoute({
  getParentRoute: () => settings,
  path: "/domains",
  component: lazyRouteComponent(() => import("../settings/domains-page.tsx"), "DomainsPage"),
});

const teammates = createRoute({
  getParentRoute: () => settings,
  path: "/teammates",
  component: lazyRouteComponent(() => import("../settings/teammates-page.tsx"), "TeammatesPage"),
});

const excluded = createRoute({
  getParentRoute: () => settings,
  path: "/excluded",
  component: lazyRouteComponent(() => import("../settings/excluded-page.tsx"), "ExcludedPage"),
});

const mail = createRoute({
  getParentRoute: () => settings,
  path: "/mail",
  component: lazyRouteComponent(() => import("../settings/mail-page.tsx"), "MailPage"),
});

const routeTree = root.addChildren([
  index,
  signIn,
  reset,
  link,
  shell.addChildren([
    accounts,
    sync,
    account,
    settings.addChildren([fields, domains, teammates, excluded, mail]),
  ]),
]);

/** Keeps strings as they are and writes lists as JSON, so that addresses can be read and typed. */
function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    if (value !== undefined && value !== "")
      params.set(name, typeof value === "string" ? value : JSON.stringify(value));
  return params.size > 0 ? `?${params}` : "";
}

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
