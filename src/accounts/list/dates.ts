// Compares the values of Date and time fields in SQL.
import { sql, type RawBuilder } from "kysely";
import { DATE_PATTERN } from "../../settings/dates.ts";

/**
 * The seconds since 1970 of a stored text, by the clocks of the time zone; null if it is no date.
 * `secondsOfDate` in settings/dates.ts is the same in TypeScript.
 */
export function secondsOfDateSql(stored: RawBuilder<unknown>, timeZone: string): RawBuilder<unknown> {
  return sql`(case
    when ${stored} !~ ${sql.lit(DATE_PATTERN)} then null
    when ${stored} like '%Z' then floor(extract(epoch from (${stored})::timestamptz))
    else floor(extract(epoch from (${stored})::timestamp at time zone ${timeZone}))
  end)::bigint`;
}
