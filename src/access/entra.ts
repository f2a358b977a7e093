// Sign-in with Microsoft: OpenID Connect with PKCE at the company's own tenant, for invited
// teammates. The tenant verifies a user principal name, but the claim "email" only if "xms_edov" is
// set (Microsoft Learn, "ID token claims reference", "Migrate away from using email claims").
import * as oidc from "openid-client";
import { z } from "zod";
import type { Database } from "../db/pool.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Clock } from "../lib/clock.ts";
import { DAY_MS, MINUTE_MS } from "../lib/durations.ts";
import type { Http } from "../lib/http.ts";
import { httpFetch } from "../lib/http-fetch.ts";
import { emailKey } from "../teammates/teammates.ts";
import { AccessError, type AccessErrorCode } from "./access-error.ts";
import { revokeLinks } from "./links.ts";
import { startSession } from "./sessions.ts";
import { tokenHash } from "./tokens.ts";

const MICROSOFT = "https://login.microsoftonline.com";
const SIGN_IN_LIFETIME_MS = 10 * MINUTE_MS;
const DISCOVERY_LIFETIME_MS = DAY_MS;

export type EntraDeps = {
  readonly app: { readonly tenant: string; readonly clientId: string; readonly clientSecret: string };
  /** Origin of the simulator, used in place of Microsoft's. */
  readonly simulator: string | undefined;
  readonly database: Database;
  readonly clock: Clock;
  /** It outlives what is made here. */
  readonly http: Http;
};

export type EntraSignIn = {
  /**
   * Starts a sign-in for the browser with this cookie value.
   * @returns the URL to redirect it to
   */
  begin(browser: string, redirectUri: string): Promise<URL>;
  /**
   * Completes a sign-in.
   * @param returned the URL that Microsoft redirected the browser to
   * @returns the token of a session
   * @throws AccessError
   */
  finish(browser: string, returned: URL): Promise<string>;
};

const CODE_BY_PROBLEM = {
  cancelled: "wrong",
  refused: "wrong",
  unreachable: "wrong",
  expired: "expired",
  "other-tenant": "not-allowed",
  "not-invited": "not-allowed",
  "other-account": "not-allowed",
} as const satisfies Record<string, AccessErrorCode>;
export type MicrosoftProblem = keyof typeof CODE_BY_PROBLEM;

/** Sign-in with Microsoft failed. The page in the browser has a sentence for each `problem`. */
export class MicrosoftError extends AccessError {
  readonly problem: MicrosoftProblem;
  /** Microsoft's error code, such as AADSTS50105, which administrators look up. */
  readonly aadstsCode: string | undefined;

  constructor(
    problem: MicrosoftProblem,
    { cause, number }: { cause?: unknown; number?: string | undefined } = {},
  ) {
    super(CODE_BY_PROBLEM[problem], `Signing in with Microsoft did not work: ${problem}.`);
    this.problem = problem;
    this.aadstsCode = number;
    this.cause = cause;
  }
}

export function createEntraSignIn({ app, simulator, database, clock, http }: EntraDeps): EntraSignIn {
  const authority = new URL(`${simulator ?? MICROSOFT}/${app.tenant}/v2.0`);
  let cached: { readonly config: oidc.Configuration; readonly until: number } | undefined;

  async function configuration(): Promise<oidc.Configuration> {
    if (cached !== undefined && cached.until > clock.now().getTime()) return cached.config;
    const insecure = simulator === undefined ? [] : [oidc.allowInsecureRequests];
    const config = await oidc.discovery(authority, app.clientId, app.clientSecret, undefined, {
      execute: [...insecure, oidc.enableNonRepudiationChecks],
      timeout: 20,
      [oidc.customFetch]: httpFetch(http),
    });
    cached = { config, until: clock.now().getTime() + DISCOVERY_LIFETIME_MS };
    return config;
  }

  async function begin(browser: string, redirectUri: string): Promise<URL> {
    const now = clock.now();
    const state = oidc.randomState();
    const nonce = oidc.randomNonce();
    const verifier = oidc.randomPKCECodeVerifier();
    const config = await configuration().catch((cause: unknown) => {
      throw new MicrosoftError("unreachable", { cause });
    });
    await database.kysely.deleteFrom("entra_sign_ins").where("expires_at", "<=", now).execute();
    await database.kysely
      .insertInto("entra_sign_ins")
      .values({
        state_hash: tokenHash(state),
        browser_hash: tokenHash(browser),
        code_verifier: verifier,
        nonce,
        expires_at: new Date(now.getTime() + SIGN_IN_LIFETIME_MS),
      })
      .execute();
    return oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: "openid profile email",
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
  }

  async function finish(browser: string, returned: URL): Promise<string> {
    const pending = await consumePending(browser, returned.searchParams.get("state") ?? "");
    const config = await configuration().catch((cause: unknown) => {
      throw new MicrosoftError("unreachable", { cause });
    });
    const claims = await oidc
      .authorizationCodeGrant(config, returned, {
        pkceCodeVerifier: pending.codeVerifier,
        expectedNonce: pending.nonce,
        expectedState: pending.state,
        idTokenExpected: true,
      })
      .then((tokens) => claimsSchema.parse(tokens.claims()))
      .catch((cause: unknown) => {
        throw toMicrosoftError(cause);
      });
    if (claims.tid !== app.tenant) throw new MicrosoftError("other-tenant");
    return signInTeammate(database, claims, clock.now());
  }

  /** Deletes the pending sign-in, so that it works once, and only in the browser that started it. */
  async function consumePending(browser: string, state: string) {
    const pending = await database.kysely
      .deleteFrom("entra_sign_ins")
      .where("state_hash", "=", tokenHash(state))
      .where("browser_hash", "=", tokenHash(browser))
      .where("expires_at", ">", clock.now())
      .returning(["code_verifier as codeVerifier", "nonce"])
      .executeTakeFirst();
    if (pending) return { ...pending, state };
    throw new MicrosoftError("expired");
  }

  return { begin, finish };
}

const claimsSchema = z.object({
  oid: z.string(),
  tid: z.string(),
  preferred_username: z.string().optional(),
  email: z.string().optional(),
  xms_edov: z.union([z.boolean(), z.number(), z.string()]).optional(),
});
type Claims = z.output<typeof claimsSchema>;

function verifiedEmails({ preferred_username: name, email, xms_edov: verified }: Claims): string[] {
  const isVerified = verified === true || verified === 1 || verified === "1" || verified === "true";
  return [name, isVerified ? email : undefined]
    .filter((one) => one !== undefined && one.includes("@"))
    .map((one) => emailKey(one ?? ""));
}

/**
 * Matches by Microsoft account, which the first sign-in stores with the teammate. So a teammate
 * keeps access when their address changes, and whoever gets the old address gains none.
 */
async function signInTeammate(database: Database, claims: Claims, now: Date): Promise<string> {
  const emails = verifiedEmails(claims);
  return inTransaction(database, async ({ kysely: trx }) => {
    const candidates = trx
      .selectFrom("teammates")
      .select(["id", "email", "entra_object_id as account"])
      .where("state", "!=", "no-sign-in")
      .forUpdate();
    const teammate =
      (await candidates.where("entra_object_id", "=", claims.oid).executeTakeFirst()) ??
      (emails.length > 0 ? await candidates.where("email", "in", emails).executeTakeFirst() : undefined);
    if (!teammate) throw new MicrosoftError("not-invited");
    if (teammate.account !== null && teammate.account !== claims.oid)
      throw new MicrosoftError("other-account");
    await trx
      .updateTable("teammates")
      .set({ entra_object_id: claims.oid })
      .where("id", "=", teammate.id)
      .execute();
    // An unused invitation would still allow setting a password.
    await revokeLinks(trx, teammate.id);
    return startSession(trx, teammate.id, now);
  });
}

/** Maps an error response of Entra ID to the problem shown. */
function toMicrosoftError(cause: unknown): MicrosoftError {
  if (!(cause instanceof oidc.AuthorizationResponseError || cause instanceof oidc.ResponseBodyError))
    return new MicrosoftError("refused", { cause });
  if (cause.error === "access_denied") return new MicrosoftError("cancelled", { cause });
  const number = /AADSTS\d+/.exec(cause.error_description ?? "")?.[0];
  return new MicrosoftError("refused", { cause, number });
}
