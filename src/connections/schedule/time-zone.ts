// The workspace's time zone: that of the schedule, by whose clocks dates and times are shown,
// sorted and filtered.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { errorCode } from "../../lib/system-error.ts";
import { isTimeZone } from "../../settings/time-zone.ts";

/** The SQLSTATE of an unknown time zone. */
const INVALID_PARAMETER = "22023";

/**
 * UTC if nobody has chosen one, or if this Node or this PostgreSQL does not know it: each has a
 * copy of the IANA database of its own.
 */
export async function workspaceTimeZone(db: Kysely<Tables>): Promise<string> {
  const { time_zone } = await db.selectFrom("connection").select("time_zone").executeTakeFirstOrThrow();
  const isKnown = time_zone === "UTC" || (isTimeZone(time_zone) && (await isKnownToDatabase(db, time_zone)));
  return isKnown ? time_zone : "UTC";
}

async function isKnownToDatabase(db: Kysely<Tables>, timeZone: string): Promise<boolean> {
  try {
    await sql`select now() at time zone ${timeZone}`.execute(db);
    return true;
  } catch (error) {
    if (errorCode(error) === INVALID_PARAMETER) return false;
    throw error;
  }
}
