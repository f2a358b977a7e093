// Finds the language of labels for a run: the chosen one, else that of the last applied run, else
// that of whoever is signed in. So labels stay the same when somebody else connects.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import type { Source } from "../source/source.ts";

export type LabelLanguages = {
  /** Null if it cannot be known: labels are then in the language of whoever is signed in. */
  readonly labelLanguage: number | null;
  readonly baseLanguage: number | null;
};

/** The languages of the last applied run; null before the first, and in version 0.1.0. */
export async function lastLabelLanguages(
  db: Kysely<Tables>,
  organizationId: string,
): Promise<LabelLanguages> {
  const { rows } = await sql<LabelLanguages>`
    select (settings ->> 'labelLanguage')::int as "labelLanguage",
      (settings ->> 'baseLanguage')::int as "baseLanguage"
    from runs
    where organization_id = ${organizationId} and status = 'done'
    order by id desc
    limit 1`.execute(db);
  return rows[0] ?? { labelLanguage: null, baseLanguage: null };
}

export async function findLabelLanguages(
  db: Kysely<Tables>,
  source: Source,
  organizationId: string,
  { labelLanguage: chosen }: Pick<SyncSettings, "labelLanguage">,
  signal: AbortSignal,
): Promise<LabelLanguages> {
  const baseLanguage = await source.baseLanguage(signal);
  const known = chosen ?? (await lastLabelLanguages(db, organizationId)).labelLanguage;
  return { labelLanguage: known ?? (await source.userLanguage(signal)) ?? baseLanguage, baseLanguage };
}

/** Languages for labels, the most preferred first. */
export function preferredLanguages({ labelLanguage, baseLanguage }: LabelLanguages): number[] {
  return [labelLanguage, baseLanguage].filter((code) => code !== null);
}
