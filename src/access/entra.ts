// Signing in with Microsoft: OpenID Connect at the company's own tenant, authorization code with PKCE, through openid-client.
// Nobody comes in by this who was not invited. The address is the user principal name, whose domain the tenant has verified;
// the claim "email" may hold anything unless Entra ID says that its domain's owner is verified ("xms_edov").
// Source: Microsoft Learn "OpenID Connect on the Microsoft identity platform", "ID token claims reference", "Migrate away from using email claims".
import * as oidc from "openid-client";
import { z } from "zod";
import type { Database } from "../db/pool.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Clock } from "../lib/clock.ts";
import { emailKey } from "../teammates/teammates.ts";
import { AccessError, type AccessErrorCode } from "./access-error.ts";
import { revokeLinks } from "./links.ts";
import { startSession } from "./sessions.ts";
import { tokenHash } from "./tokens.ts";

const MICROSOFT = "https://login.microsoftonline.com";
const SIGN_IN_MS = 10 * 60_000;
const DISCOVERED_MS = 24 * 3_600_000;

export type EntraParts = {
  readonly app: { readonly tenant: string; readonly clientId: string; readonly clientSecret: string };
  /** Origin of the simulator, which then stands for Microsoft. */
  readonly simulator: string | undefined;
  readonly database: Database;
  readonly clock: Clock;
};

export type EntraSignIn = {
  /** Where the browser goes; `browser` is the value of its cookie. */
  begin(browser: string, redirectUri: string): Promise<URL>;
  /** `returned`: the address the browser came back to. @returns the token of a session @throws AccessError */
  finish(browser: string, returned: URL): Promise<string>;
};

const FAULTS = {
  cancelled: "wrong",
  refused: "wrong",
  unreachable: "wrong",
  expired: "expired",
  "other-tenant": "not-allowed",
  "not-invited": "not-allowed",
  "other-account": "not-allowed",
} as const satisfies Record<string, AccessErrorCode>;
export type MicrosoftProblem = keyof typeof FAULTS;

/** Why somebody does not get in this way. A browser stands there: its page knows the sentence by `problem`. */
export class MicrosoftError extends AccessError {
  readonly problem: MicrosoftProblem;
  /** Microsoft's own number of it, such as AADSTS50105, that its administrators know. */
  readonly number: string | undefined;

  constructor(
    problem: MicrosoftProblem,
    { cause, number }: { cause?: unknown; number?: string | undefined } = {},
  ) {
    super(FAULTS[problem], `Signing in with Microsoft did not work: ${problem}.`);
    this.problem = problem;
    this.number = number;
    this.cause = cause;
  }
}

export function entraSignIn({ app, simulator, database, clock }: EntraParts): EntraSignIn {
  const authority = new URL(`${simulator ?? MICROSOFT}/${app.tenant}/v2.0`);
  let known: { readonly config: oidc.Configuration; readonly until: number } | undefined;

  async function configuration(): Promise<oidc.Configuration> {
    if (known !== undefined && known.until > clock.now().getTime()) return known.config;
    const insecure = simulator === undefined ? [] : [oidc.allowInsecureRequests];
    const config = await oidc.discovery(authority, app.clientId, app.clientSecret, undefined, {
      execute: [...insecure, oidc.enableNonRepudiationChecks],
      timeout: 20,
    });
    known = { config, until: clock.now().getTime() + DISCOVERED_MS };
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
        expires_at: new Date(now.getTime() + SIGN_IN_MS),
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
    const begun = await takeBegun(browser, returned.searchParams.get("state") ?? "");
    const config = await configuration().catch((cause: unknown) => {
      throw new MicrosoftError("unreachable", { cause });
    });
    const claims = await oidc
      .authorizationCodeGrant(config, returned, {
        pkceCodeVerifier: begun.codeVerifier,
        expectedNonce: begun.nonce,
        expectedState: begun.state,
        idTokenExpected: true,
      })
      .then((tokens) => identity.parse(tokens.claims()))
      .catch((cause: unknown) => {
        throw refusedBy(cause);
      });
    if (claims.tid !== app.tenant) throw new MicrosoftError("other-tenant");
    return enter(database, claims, clock.now());
  }

  /** Taken out, so it works once, and only in the browser it began in. */
  async function takeBegun(browser: string, state: string) {
    const begun = await database.kysely
      .deleteFrom("entra_sign_ins")
      .where("state_hash", "=", tokenHash(state))
      .where("browser_hash", "=", tokenHash(browser))
      .where("expires_at", ">", clock.now())
      .returning(["code_verifier as codeVerifier", "nonce"])
      .executeTakeFirst();
    if (begun) return { ...begun, state };
    throw new MicrosoftError("expired");
  }

  return { begin, finish };
}

const identity = z.object({
  oid: z.string(),
  tid: z.string(),
  preferred_username: z.string().optional(),
  email: z.string().optional(),
  xms_edov: z.union([z.boolean(), z.number(), z.string()]).optional(),
});
type Identity = z.output<typeof identity>;

function verifiedEmails({ preferred_username: name, email, xms_edov: verified }: Identity): string[] {
  const isVerified = verified === true || verified === 1 || verified === "1" || verified === "true";
  return [name, isVerified ? email : undefined]
    .filter((one) => one !== undefined && one.includes("@"))
    .map((one) => emailKey(one ?? ""));
}

/**
 * The first sign-in ties the Microsoft account to the teammate, who may then change their address there; an address that
 * moved on to somebody else opens nothing.
 */
async function enter(database: Database, claims: Identity, now: Date): Promise<string> {
  const emails = verifiedEmails(claims);
  return inTransaction(database, async ({ kysely: trx }) => {
    const mayEnter = trx
      .selectFrom("teammates")
      .select(["id", "email", "entra_object_id as account"])
      .where("state", "!=", "no-sign-in")
      .forUpdate();
    const found =
      (await mayEnter.where("entra_object_id", "=", claims.oid).executeTakeFirst()) ??
      (emails.length > 0 ? await mayEnter.where("email", "in", emails).executeTakeFirst() : undefined);
    if (!found) throw new MicrosoftError("not-invited");
    if (found.account !== null && found.account !== claims.oid) throw new MicrosoftError("other-account");
    await trx
      .updateTable("teammates")
      .set({ entra_object_id: claims.oid })
      .where("id", "=", found.id)
      .execute();
    // An invitation that lies in a mailbox would still let somebody set a password.
    await revokeLinks(trx, found.id);
    return startSession(trx, found.id, now);
  });
}

/** What Entra ID sent back instead of somebody. */
function refusedBy(cause: unknown): MicrosoftError {
  if (!(cause instanceof oidc.AuthorizationResponseError || cause instanceof oidc.ResponseBodyError))
    return new MicrosoftError("refused", { cause });
  if (cause.error === "access_denied") return new MicrosoftError("cancelled", { cause });
  const number = /AADSTS\d+/.exec(cause.error_description ?? "")?.[0];
  return new MicrosoftError("refused", { cause, number });
}
