// The settings of a run: what an admin chose, with the domain lists that are stored separately.
import type { Kysely } from "kysely";
import { loadDomainSettings } from "../accounts/domains/settings.ts";
import type { Tables } from "../db/tables.ts";
import type { StoredRun } from "../sync/record/run-record.ts";
import type { ChosenSettings, SyncSettings } from "../settings/sync-settings.ts";

/** Adds the current domain lists. */
export async function buildSyncSettings(db: Kysely<Tables>, chosen: ChosenSettings): Promise<SyncSettings> {
  const { own, commonAdded, commonRemoved } = await loadDomainSettings(db);
  return {
    ...chosen,
    ownDomains: own,
    commonDomains: { add: commonAdded, remove: commonRemoved },
  };
}

/** What an admin chose for this run, without the domain lists. */
export function chosenSettingsOf({ settings: { settings } }: Pick<StoredRun, "settings">): ChosenSettings {
  const { selection, mapping, options, labelLanguage } = settings;
  return { selection, mapping, options, labelLanguage };
}
