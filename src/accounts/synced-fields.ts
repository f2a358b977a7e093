// Which fields of an account the sync fills, and from which columns: those are changed in Dynamics 365 and not here.
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { CustomField } from "./custom-fields.ts";

/** What of a field mapping matters here: columns by logical name, custom fields by name. */
export type SyncedMapping = {
  readonly name: string;
  readonly description?: string | undefined;
  readonly domains: readonly string[];
  readonly fields: readonly { readonly column: string; readonly field: string }[];
};

/** Where records open in the browser. */
export type RecordPlace = {
  /** Such as https://contoso.crm4.dynamics.com */
  readonly origin: string;
  /** The app that people work in; null opens the record in the one they used last. */
  readonly appId: string | null;
};

/** What is connected, as far as accounts want to know it. */
export type ConnectedSource = RecordPlace & {
  readonly organizationId: string;
  /** Null until somebody has chosen one. */
  readonly mapping: SyncedMapping | null;
};

/** Columns by "name", "description", "domains" and custom field ids; what is not in there is not synced. */
export type SyncedColumns = Readonly<Record<string, readonly string[]>>;

export function syncedColumns(mapping: SyncedMapping, fields: readonly CustomField[]): SyncedColumns {
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

/**
 * The mapping in force: what was chosen, else that of the run applied last. Null if nothing was ever synced, and while
 * nothing is connected: then Dynamics 365 decides about nothing here.
 */
export async function mappingInForce(
  db: Kysely<Tables>,
  source: ConnectedSource | null,
): Promise<SyncedMapping | null> {
  if (source === null) return null;
  if (source.mapping) return source.mapping;
  const run = await db
    .selectFrom("runs")
    .select("settings")
    .where("status", "=", "done")
    .where("organization_id", "=", source.organizationId)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the run itself stored
  return (run?.settings as { settings: { mapping: SyncedMapping } } | undefined)?.settings.mapping ?? null;
}
