// The refresh token of the stored sign-in. Entra ID replaces it at each exchange, and two processes
// that exchange the same one would lose each other's, so a process claims it first. The claim is
// two columns, not a lock: no transaction is open during the request, and a dead process's claim
// expires.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { SharedSignIn } from "../../dataverse/auth/tokens.ts";
import type { Database } from "../../db/pool.ts";
import type { Sealer } from "../../lib/sealer.ts";
import { ConnectionError } from "../connection-error.ts";
import { REFRESH_TOKEN } from "./secrets.ts";

/**
 * Longer than the one request that a claim is for, which is limited to 30 s (token-endpoint.ts).
 */
const CLAIM_SECONDS = 60;
/** An exchange takes about 0.2 s, and other processes wait for one about once an hour. */
const POLL_INTERVAL_MS = 100;

type StoreDeps = {
  readonly database: Database;
  readonly sealer: Sealer;
  /** Ends the wait for a claim. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Runs one exchange at a time over all processes, with the newest token, and stores the token it
 * returns.
 */
export function refreshTokenStore(deps: StoreDeps, generation: number): SharedSignIn["exchange"] {
  const { sealer } = deps;
  const claim: Claim = { id: randomUUID(), generation };
  /**
   * The token of an exchange that could not be stored: the newest one, as long as no other process
   * has exchanged `from`.
   */
  let unstored: { readonly from: string; readonly refreshToken: string } | undefined;
  return async (use) => {
    for (;;) {
      const stored = sealer.open(REFRESH_TOKEN, await acquireClaim(deps, claim));
      try {
        const { refreshToken, result } = await use(
          unstored?.from === stored ? unstored.refreshToken : stored,
        );
        unstored = { from: stored, refreshToken };
        if (await saveToken(deps, claim, refreshToken)) return result;
        // The claim expired and another process has stored a newer token, so this result is discarded.
      } catch (error) {
        // A claim that cannot be released expires; the reason why the exchange failed says more.
        await releaseClaim(deps, claim).catch(() => undefined);
        throw error;
      }
    }
  };
}

type Claim = { readonly id: string; readonly generation: number };

/**
 * Waits for the claim, by the database's clock, which all processes share.
 * @returns the sealed token
 * @throws ConnectionError if the sign-in was replaced
 */
async function acquireClaim({ database, signal }: StoreDeps, { id, generation }: Claim): Promise<string> {
  for (;;) {
    const taken = await database.kysely
      .updateTable("connection")
      .set({
        refresh_claim: id,
        refresh_claimed_until: sql`clock_timestamp() + make_interval(secs => ${CLAIM_SECONDS})`,
      })
      .where("generation", "=", generation)
      .where("sealed_refresh_token", "is not", null)
      .where((is) =>
        is.or([
          is("refresh_claim", "is", null),
          is("refresh_claim", "=", id),
          is("refresh_claimed_until", "<=", sql<Date>`clock_timestamp()`),
        ]),
      )
      .returning("sealed_refresh_token as sealed")
      .executeTakeFirst();
    if (taken?.sealed) return taken.sealed;
    const { current } = await database.kysely
      .selectFrom("connection")
      .select((is) =>
        is.and([is("generation", "=", generation), is("sealed_refresh_token", "is not", null)]).as("current"),
      )
      .executeTakeFirstOrThrow();
    if (!current) throw replacedError();
    await pause(POLL_INTERVAL_MS, undefined, { signal });
  }
}

/**
 * Stores the new token and releases the claim.
 * @returns false if the claim was lost before
 */
async function saveToken(
  { database, sealer }: StoreDeps,
  { id, generation }: Claim,
  refreshToken: string,
): Promise<boolean> {
  const { numUpdatedRows } = await database.kysely
    .updateTable("connection")
    .set({
      sealed_refresh_token: sealer.seal(REFRESH_TOKEN, refreshToken),
      refresh_claim: null,
      refresh_claimed_until: null,
    })
    .where("generation", "=", generation)
    .where("refresh_claim", "=", id)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

async function releaseClaim({ database }: StoreDeps, { id }: Claim): Promise<void> {
  await database.kysely
    .updateTable("connection")
    .set({ refresh_claim: null, refresh_claimed_until: null })
    .where("refresh_claim", "=", id)
    .execute();
}

function replacedError(): ConnectionError {
  return new ConnectionError(
    "replaced",
    "Dynamics 365 was disconnected or connected again in the meantime.",
    {
      fix: "Try again.",
    },
  );
}
