// Which fields of an account the sync fills, and from which columns: those are changed in Dynamics 365 and not here.
import type { Kysely } from "kysely";
import { z } from "zod";
import type { Tables } from "../db/tables.ts";
import { parseStored } from "../lib/stored-json.ts";
import { chosenSettings, type Mapping } from "../settings/sync-settings.ts";
import type { CustomField } from "./custom-fields.ts";

/** Where records open in the browser. */
export type RecordUrlBase = {
  /** Such as https://contoso.crm4.dynamics.com */
  readonly origin: string;
  /** The app that people work in; null opens the record in the one they used last. */
  readonly appId: string | null;
};

/** What is connected, as far as accounts want to know it. */
export type ConnectedSource = RecordUrlBase & {
  readonly organizationId: string;
  /** Null until somebody has chosen one. */
  readonly mapping: Mapping | null;
};

/** Columns by "name", "description", "domains" and custom field ids; what is not in there is not synced. */
export type SyncedColumns = Readonly<Record<string, readonly string[]>>;

export function syncedColumns(mapping: Mapping, fields: readonly CustomField[]): SyncedColumns {
  const idByName = new Map(fields.map(({ id, name }) => [name, id]));
  return {
    name: [mapping.name],
    ...(mapping.description !== undefined && { description: [mapping.description] }),
    ...(mapping.domains.length > 0 && { domains: mapping.domains }),
    ...Object.fromEntries(
      mapping.fields.flatMap(({ column, field }) => {
        const id = idByName.get(field);
        return id === undefined ? [] : [[id, [column]]];
      }),
    ),
  };
}

/** As much of a run's settings as accounts want to know. */
const withMapping = z.object({ settings: chosenSettings.pick({ mapping: true }) });

/**
 * The mapping in force: what was chosen, else that of the run applied last. Null if nothing was ever synced, and while
 * nothing is connected: then Dynamics 365 decides about nothing here.
 */
export async function effectiveMapping(
  db: Kysely<Tables>,
  source: ConnectedSource | null,
): Promise<Mapping | null> {
  if (source === null) return null;
  if (source.mapping) return source.mapping;
  const run = await db
    .selectFrom("runs")
    .select(["id", "settings"])
    .where("status", "=", "done")
    .where("organization_id", "=", source.organizationId)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (run === undefined) return null;
  const { settings } = parseStored(withMapping, run.settings, {
    what: `The settings of run ${run.id}`,
    fix: "Choose what to sync again, so that this run is not asked any more.",
  });
  return settings.mapping;
}
