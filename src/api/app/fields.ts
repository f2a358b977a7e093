// Routes of the accounts' custom fields.
import {
  createCustomField,
  customFields,
  deleteCustomField,
  editCustomField,
  type CustomField,
} from "../../accounts/custom-fields.ts";
import { effectiveMapping, type ConnectedSource } from "../../accounts/synced-fields.ts";
import { renameMappedField } from "../../connections/setup/rename-field.ts";
import type { Database } from "../../db/pool.ts";
import { MAX_CUSTOM_FIELDS } from "../../settings/field-types.ts";
import { accountRoutes as routes, type CustomFieldView } from "../contract/accounts.ts";
import { ApiError, implement, type Implementation } from "../implement.ts";

export type FieldDeps = {
  readonly database: Database;
  readonly source: () => Promise<ConnectedSource | null>;
};

export function fieldRoutes({ database, source }: FieldDeps): Implementation[] {
  const db = database.kysely;
  /** Returns the mapped columns by the name of the field that they fill. */
  const columnsByField = async (): Promise<ReadonlyMap<string, string>> => {
    const mapping = await effectiveMapping(db, await source());
    return new Map(mapping?.fields.map(({ field, column }) => [field, column]));
  };
  const requireField = async (id: number): Promise<CustomField> => {
    const field = (await customFields(db)).find((one) => one.id === id);
    if (!field) throw notFound(id);
    return field;
  };
  return [
    implement(routes.listFields, async () => {
      const synced = await columnsByField();
      const fields = await customFields(db);
      return { fields: fields.map((field) => viewOf(field, synced.has(field.name))), max: MAX_CUSTOM_FIELDS };
    }),
    implement(routes.createField, async ({ body }) => {
      const field = await createCustomField(database, body);
      return { field: viewOf(field, (await columnsByField()).has(field.name)) };
    }),
    implement(routes.editField, async ({ params: { id }, body }) => {
      const synced = (await columnsByField()).has((await requireField(id)).name);
      const field = await editCustomField(database, id, body, (trx, from, to) =>
        renameMappedField(trx, { from, to }),
      );
      if (!field) throw notFound(id);
      return { field: viewOf(field, synced) };
    }),
    implement(routes.deleteField, async ({ params: { id } }) => {
      const { name } = await requireField(id);
      const column = (await columnsByField()).get(name);
      if (column !== undefined)
        throw new ApiError(
          409,
          "field-synced",
          `"${name}" is filled by the sync: the field mapping maps ${column} to it. Remove that mapping first; then delete the field.`,
        );
      await deleteCustomField(database, id);
    }),
  ];
}

function viewOf({ id, name, type, description, dateFormat }: CustomField, synced: boolean): CustomFieldView {
  return { id, name, type, description, synced, ...(type === "datetime" && { dateFormat }) };
}

function notFound(id: number): ApiError {
  return new ApiError(404, "not-found", `There is no field ${id}. It may have been deleted meanwhile.`);
}
