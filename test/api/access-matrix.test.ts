import { readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import type { Access } from "../../src/api/contract/route.ts";
import { roles } from "../../src/api/contract/session.ts";
import { webWorkspace, type Answer, type Person, type WebWorkspace } from "../harness/web.ts";
import { builtPages } from "../harness/pages.ts";

/**
 * Who may call what, written a second time and by hand. A served route that is missing here fails
 * the test.
 */
const MATRIX: Record<Access, readonly string[]> = {
  anyone: [
    "GET /api/app/session",
    "POST /api/app/session",
    "GET /api/app/session/microsoft",
    "GET /api/app/session/microsoft/return",
    "GET /api/app/links/:token",
    "POST /api/app/links/:token",
    "POST /api/app/password-resets",
    "GET /api/app/openapi.json",
    "GET /api/docs",
    "GET /healthz",
    "HEAD /healthz",
    "GET /readyz",
    "HEAD /readyz",
    // By the operator's token, whoever is signed in.
    "GET /metrics",
    // The application itself; each of its pages asks for the session.
    "GET *",
    "HEAD *",
  ],
  teammate: [
    "DELETE /api/app/session",
    "GET /api/app/teammates",
    "GET /api/app/accounts",
    "POST /api/app/accounts",
    "GET /api/app/accounts/count",
    "GET /api/app/accounts/export.csv",
    "GET /api/app/accounts/:id",
    "PATCH /api/app/accounts/:id",
    "DELETE /api/app/accounts/:id",
    "GET /api/app/accounts/:id/history",
    "GET /api/app/fields",
    "GET /api/app/settings/domains",
    "GET /api/app/sync-state",
  ],
  "workspace-admin": [
    "POST /api/app/teammates",
    "PATCH /api/app/teammates/:id",
    "DELETE /api/app/teammates/:id",
    "PUT /api/app/settings/domains",
    "POST /api/app/settings/domains/common",
    "GET /api/app/accounts/:id/unlink",
    "POST /api/app/accounts/:id/unlink",
    "GET /api/app/accounts/left-view/unlink",
    "POST /api/app/accounts/left-view/unlink",
    "GET /api/app/settings/excluded",
    "DELETE /api/app/settings/excluded/:recordId",
    "GET /api/app/connection",
    "DELETE /api/app/connection",
    "POST /api/app/connection/address",
    "POST /api/app/connection/sign-in",
    "GET /api/app/connection/return",
    "POST /api/app/connection/app-only",
    "POST /api/app/connection/check",
    "GET /api/app/connection/views",
    "POST /api/app/connection/sample",
    "POST /api/app/connection/columns",
    "GET /api/app/connection/languages",
    "POST /api/app/connection/mapping-check",
    "GET /api/app/connection/recipients",
    "PUT /api/app/connection/recipients",
    "PUT /api/app/connection/schedule",
    "PUT /api/app/connection/brake",
    "POST /api/app/connection/pause",
    "POST /api/app/connection/resume",
    "GET /api/app/runs",
    "POST /api/app/runs",
    "GET /api/app/runs/:id",
    "GET /api/app/runs/:id/events",
    "GET /api/app/runs/:id/changes",
    "GET /api/app/runs/:id/changes.csv",
    "GET /api/app/runs/:id/problems",
    "GET /api/app/runs/:id/issues",
    "POST /api/app/runs/:id/apply",
    "POST /api/app/runs/:id/discard",
    "POST /api/app/runs/:id/cancel",
    "GET /api/app/issues",
    "GET /api/app/issues/kinds",
    "GET /api/app/issues/blocking-domains",
    "GET /api/app/issues/export.csv",
    "POST /api/app/issues/retry",
  ],
  "company-admin": [
    "POST /api/app/fields",
    "PATCH /api/app/fields/:id",
    "DELETE /api/app/fields/:id",
    "GET /api/app/mail",
  ],
};

const PEOPLE: readonly Person[] = ["signed-out", ...roles];
/** The lowest role that is allowed, as an index of PEOPLE. */
const MIN_RANK: Record<Access, number> = { anyone: 0, teammate: 1, "workspace-admin": 2, "company-admin": 3 };
const minRankByRoute = new Map(
  (["anyone", ...roles] as const).flatMap((access) =>
    MATRIX[access].map((key) => [key, MIN_RANK[access]] as const),
  ),
);

/** Lists the server's routes from its router, which prints a tree with the methods of each path. */
function routesIn(tree: string): string[] {
  const path: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const [, indent = "", part = "", methods] = /^([│ ]*)[├└]── (\S+)(?: \((.+)\))?$/.exec(line) ?? [];
    if (part === "") return [];
    path.splice(indent.length / 4, Infinity, part);
    return (methods?.split(", ") ?? []).map((method) => `${method} ${path.join("")}`);
  });
}

/**
 * Returns an address of the route with no resource, so that an allowed caller gets 400 or 404 and
 * changes nothing.
 */
function missingResourcePath(path: string): string {
  return path
    .replace(":recordId", "00000000-0000-4000-8000-000000000000")
    .replace(":id", "999999")
    .replace(":token", "x".repeat(43));
}

const ACCESS_ERRORS = new Set(["signed-out", "not-allowed"]);

/**
 * Serves as in production, with the application, but leaves its files out, whose names change with
 * each build.
 */
async function served(): Promise<WebWorkspace & { readonly keys: readonly string[] }> {
  const ui = await builtPages();
  const web = await webWorkspace({ ui });
  const files = new Set((await readdir(ui, { recursive: true })).map((name) => `/${name}`));
  return { ...web, keys: routesIn(web.routeTree).filter((key) => !files.has(key.split(" ")[1] ?? "")) };
}

/** A 500 is neither allowed nor refused, because the server failed before it could tell. */
function outcomeOf({ status, body }: Answer): string {
  if ([401, 403].includes(status) && ACCESS_ERRORS.has(body?.error?.code)) return `refused ${status}`;
  return status < 500 ? "let in" : `failed ${status}`;
}

it("has a row for every route, and a route for every row", async () => {
  const { keys } = await served();
  expect(keys.toSorted()).toEqual([...minRankByRoute.keys()].toSorted());
});

it("allows exactly the callers who may, for every route and role", async () => {
  const web = await served();
  const found: Record<string, string> = {};
  const expected: Record<string, string> = {};
  for (const key of web.keys) {
    const [method = "", path = ""] = key.split(" ");
    for (const [rank, person] of PEOPLE.entries()) {
      const browser = await web.as(person);
      const answer = await browser.request(
        method,
        `/${missingResourcePath(path)}`,
        ["GET", "HEAD"].includes(method) ? undefined : {},
      );
      found[`${person}: ${key}`] = outcomeOf(answer);
      const isAllowed = rank >= (minRankByRoute.get(key) ?? Infinity);
      expected[`${person}: ${key}`] = isAllowed ? "let in" : `refused ${rank === 0 ? 401 : 403}`;
    }
  }
  expect(found).toEqual(expected);
});
