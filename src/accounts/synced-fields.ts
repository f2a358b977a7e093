// Which fields of an account the sync fills, and from which columns. Those are edited in Dynamics
// 365 and not here.
import type { Kysely } from "kysely";
import { z } from "zod";
import type { Tables } from "../db/tables.ts";
import { parseStored } from "../lib/stored-json.ts";
import { chosenSettings, type Mapping } from "../settings/sync-settings.ts";
import type { CustomField } from "./custom-fields.ts";

/** What the address of a record starts with. */
export type RecordUrlBase = {
  /** Such as https://contoso.crm4.dynamics.com */
  readonly origin: string;
  /** The model-driven app that people use; null opens the record in the app they used last. */
  readonly appId: string | null;
};

/** What accounts need to know about the connected organisation. */
export type ConnectedSource = RecordUrlBase & {
  readonly organizationId: string;
  /** Null until it has been chosen. */
  readonly mapping: Mapping | null;
};

/**
 * Columns by "name", "description", "domains" or custom field id. A field without a key is not
 * synced.
 */
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

/** The part of a run's settings that is read here. */
const withMapping = z.object({ settings: chosenSettings.pick({ mapping: true }) });

/**
 * Returns the chosen mapping, or else that of the last applied run. It is null if nothing was ever
 * synced, and while nothing is connected, because then every field is edited here.
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
