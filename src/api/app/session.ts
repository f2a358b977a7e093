// Routes of the session: who is signed in, signing in and out, one-time links.
import type { FastifyReply, FastifyRequest } from "fastify";
import { AccessError } from "../../access/access-error.ts";
import { LIMITS, requireAttempt } from "../../access/attempts.ts";
import { MicrosoftError, type EntraSignIn } from "../../access/entra.ts";
import { readLink } from "../../access/links.ts";
import { endSession, teammateBySession } from "../../access/sessions.ts";
import { signInByLink, signInByPassword, type SignInContext } from "../../access/sign-in.ts";
import { csrfTokenOf, newToken } from "../../access/tokens.ts";
import type { Database } from "../../db/pool.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { APP_PREFIX } from "../contract/route.ts";
import { sessionRoutes as routes, type Session, type SignInProblem } from "../contract/session.ts";
import { ensureCookie, setCookie } from "../cookie.ts";
import { implement, type Exchange, type Implementation } from "../implement.ts";
import { teammateView } from "./teammates.ts";

export type SessionDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: () => string;
  /** Undefined if signing in with Microsoft is not set up. */
  readonly microsoft: EntraSignIn | undefined;
  /** What this installation offers to everybody. */
  readonly installation: Pick<Session, "mail" | "simulator" | "version">;
  /** The workspace's. */
  readonly name: string;
  readonly timeZone: () => Promise<string>;
};

export function sessionRoutes(deps: SessionDeps): Implementation[] {
  const { database, clock, publicUrl, microsoft, installation } = deps;
  const access = (request: FastifyRequest): SignInContext => ({
    database,
    now: clock.now(),
    address: request.ip,
  });

  const sessionOf = async (token: string): Promise<Session> => {
    const signedIn = await teammateBySession(database.kysely, token, clock.now());
    const teammate = signedIn === undefined ? null : await teammateView(database.kysely, signedIn.id);
    return {
      teammate,
      csrfToken: csrfTokenOf(token),
      microsoft: microsoft !== undefined,
      workspace: { name: deps.name, timeZone: await deps.timeZone() },
      ...installation,
    };
  };
  const startSession = (reply: FastifyReply, token: string): Promise<Session> => {
    setCookie(reply, publicUrl(), token);
    return sessionOf(token);
  };

  return [
    implement(routes.getSession, async (_, __, { request, reply }: Exchange) =>
      sessionOf(ensureCookie(request, reply, publicUrl())),
    ),
    implement(routes.signIn, async ({ body }, _, { request, reply }) =>
      startSession(reply, await signInByPassword(access(request), body)),
    ),
    implement(routes.signOut, async (_, __, { request, reply }) => {
      if (request.browserToken !== undefined) await endSession(database.kysely, request.browserToken);
      setCookie(reply, publicUrl(), newToken());
      return undefined;
    }),
    implement(routes.getLink, async ({ params }, _, { request }) => {
      const { now, address } = access(request);
      await requireAttempt(database.kysely, LIMITS.linkFromAddress, address, now);
      const { kind, email, name, expiresAt } = await readLink(database.kysely, params.token, now);
      return { kind, email, name, expiresAt: expiresAt.toISOString() };
    }),
    implement(routes.useLink, async ({ params, body }, _, { request, reply }) =>
      startSession(reply, await signInByLink(access(request), params.token, body)),
    ),
    implement(routes.signInWithMicrosoft, async (_, __, { request, reply }) =>
      redirectOrReport(reply, deps.log, async () => {
        await requireAttempt(database.kysely, LIMITS.signInFromAddress, request.ip, clock.now());
        const browser = ensureCookie(request, reply, publicUrl());
        const url = await requireMicrosoft(microsoft).begin(
          browser,
          `${publicUrl()}${APP_PREFIX}${routes.completeMicrosoftSignIn.path}`,
        );
        return url.href;
      }),
    ),
    implement(routes.completeMicrosoftSignIn, async (_, __, { request, reply }) =>
      redirectOrReport(reply, deps.log, async () => {
        const returned = new URL(request.url, publicUrl());
        const token = await requireMicrosoft(microsoft).finish(request.browserToken ?? "", returned);
        setCookie(reply, publicUrl(), token);
        return "/";
      }),
    ),
  ];
}

function requireMicrosoft(microsoft: EntraSignIn | undefined): EntraSignIn {
  if (microsoft) return microsoft;
  throw new AccessError("not-found", "Signing in with Microsoft is not set up here.");
}

function problemOf(error: AccessError): SignInProblem {
  if (error instanceof MicrosoftError) return error.problem;
  return error.code === "too-many" ? "too-many" : "not-set-up";
}

/**
 * Redirects the browser, on failure to the sign-in page with an error code, which that page
 * explains.
 */
async function redirectOrReport(
  reply: FastifyReply,
  log: Log,
  redirectTarget: () => Promise<string>,
): Promise<undefined> {
  try {
    reply.redirect(await redirectTarget());
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    // Only the cause's message is logged; its other properties hold the claims of the person.
    const reason = error.cause instanceof Error ? error.cause.message : null;
    log.warn("A sign-in with Microsoft did not work.", { problem: problemOf(error), reason });
    const number = error instanceof MicrosoftError ? error.aadstsCode : undefined;
    const back = new URLSearchParams({ problem: problemOf(error), ...(number !== undefined && { number }) });
    reply.redirect(`/sign-in?${back.toString()}`);
  }
  return undefined;
}
