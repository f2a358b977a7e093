// Custom fields of accounts: each has a name and a type, and there are at most fifty.
// `accounts.fields` holds the values by the field's id, so that renaming a field writes to no
// account.
import { sql, type Kysely } from "kysely";
import { inTransaction } from "../db/transaction.ts";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import { nameKey } from "./name-key.ts";
import { bumpRevision } from "./store.ts";
import { storableText } from "./storable-text.ts";
import type { DateFormat } from "../settings/dates.ts";
import { MAX_CUSTOM_FIELDS, type FieldType } from "../settings/field-types.ts";
import { isBlank } from "../lib/invisible-characters.ts";
import { UserError } from "../lib/user-error.ts";

export type CustomField = {
  readonly id: number;
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
  /** How it shows what has a time, if it is a Date and time field. */
  readonly dateFormat: DateFormat;
};

export class CustomFieldError extends UserError {
  override readonly name = "CustomFieldError";

  constructor(sentence: string) {
    super("custom-field", sentence);
  }
}

const COLUMNS = ["id", "name", "type", "description", "date_format as dateFormat"] as const;

export async function customFields(db: Kysely<Tables>): Promise<readonly CustomField[]> {
  return db.selectFrom("custom_fields").select(COLUMNS).orderBy("id").execute();
}

/**
 * Creates the fields that do not exist yet.
 * @returns the requested fields by name
 * @throws CustomFieldError if a field exists with another type, which never changes, or under
 * another spelling of its name, or if there would be more than fifty
 */
export async function ensureCustomFields(
  db: Kysely<Tables>,
  requested: readonly { name: string; type: FieldType }[],
): Promise<ReadonlyMap<string, CustomField>> {
  const existing = new Map((await customFields(db)).map((field) => [field.name, field]));
  const byKey = new Map([...existing.values()].map((field) => [nameKey(field.name), field]));
  const missing = requested.filter((field) => !existing.has(field.name));
  for (const field of requested) {
    const found = existing.get(field.name);
    if (found && found.type !== field.type) {
      throw new CustomFieldError(
        `The custom field "${field.name}" exists as ${found.type}, and the mapping wants it as ${field.type}. A field keeps its type: map to a field of another name.`,
      );
    }
    const sameName = byKey.get(nameKey(field.name));
    if (sameName && sameName.name !== field.name)
      throw new CustomFieldError(
        `There is a field "${sameName.name}" already. Write it the same way in the mapping, or choose another name.`,
      );
  }
  if (existing.size + missing.length > MAX_CUSTOM_FIELDS) {
    throw new CustomFieldError(
      `The mapping needs ${missing.length} new custom fields, and there are ${existing.size} already; accounts can have ${MAX_CUSTOM_FIELDS}. Map fewer columns.`,
    );
  }
  if (missing.length > 0) {
    const created = await db
      .insertInto("custom_fields")
      .values(missing.map(({ name, type }) => ({ name, type })))
      .returning(COLUMNS)
      .execute();
    for (const field of created) existing.set(field.name, field);
  }
  return new Map(requested.map((field) => [field.name, existing.get(field.name)!]));
}

/** Saves the formats, by the ids of the fields, that differ from the stored ones. */
export async function saveDateFormats(
  db: Kysely<Tables>,
  formats: ReadonlyMap<number, DateFormat>,
): Promise<void> {
  for (const [id, format] of formats)
    await db
      .updateTable("custom_fields")
      .set({ date_format: format })
      .where("id", "=", id)
      .where("date_format", "<>", format)
      .execute();
}

export type NewField = { readonly name: string; readonly type: FieldType; readonly description: string };

/** @throws CustomFieldError if the name is taken, or there are fifty already */
export async function createCustomField(database: Database, field: NewField): Promise<CustomField> {
  return inTransaction(database, async ({ kysely: trx }) => {
    const existing = await lockCustomFields(trx);
    if (existing.length >= MAX_CUSTOM_FIELDS)
      throw new CustomFieldError(
        `Accounts have ${MAX_CUSTOM_FIELDS} custom fields already, which is the maximum. Delete one first.`,
      );
    const name = validateName(existing, field.name);
    const description = storableText(field.description);
    return trx
      .insertInto("custom_fields")
      .values({ name, description, type: field.type })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow();
  });
}

/**
 * Changes the name or the description of a field.
 * @param onRename updates whatever refers to the field by name; if it throws, nothing is changed
 * @returns undefined if there is no such field
 * @throws CustomFieldError if the name is blank or taken
 */
export async function editCustomField(
  database: Database,
  id: number,
  patch: { readonly name?: string | undefined; readonly description?: string | undefined },
  onRename: (trx: Kysely<Tables>, from: string, to: string) => Promise<void>,
): Promise<CustomField | undefined> {
  return inTransaction(database, async ({ kysely: trx }) => {
    const existing = await lockCustomFields(trx);
    const field = existing.find((one) => one.id === id);
    if (!field) return undefined;
    const others = existing.filter((one) => one.id !== id);
    const name = patch.name === undefined ? field.name : validateName(others, patch.name);
    const description = storableText(patch.description ?? field.description);
    if (name !== field.name) await onRename(trx, field.name, name);
    await trx.updateTable("custom_fields").set({ name, description }).where("id", "=", id).execute();
    return { ...field, name, description };
  });
}

/**
 * Locks the table, so that two people at once cannot create the fifty-first field, or two fields of
 * one name.
 */
async function lockCustomFields(trx: Kysely<Tables>): Promise<readonly CustomField[]> {
  await sql`lock table custom_fields in share row exclusive mode`.execute(trx);
  return customFields(trx);
}

/**
 * Returns the name as it is stored.
 * @throws CustomFieldError if it is blank, or another field has it
 */
function validateName(others: readonly CustomField[], written: string): string {
  const name = storableText(written).trim();
  if (isBlank(name)) throw new CustomFieldError("A field needs a name that is not blank.");
  const taken = others.find((field) => nameKey(field.name) === nameKey(name));
  if (taken) throw new CustomFieldError(`There is a field "${taken.name}" already. Choose another name.`);
  return name;
}

/** Accounts per transaction. Other writers wait for about half a second until it ends. */
const CLEAR_BATCH_SIZE = 10_000;

/**
 * Deletes a field, then its values in all accounts. If that is interrupted, the remaining values
 * are not shown anywhere, because a field's id is never used again.
 * @returns whether there was such a field
 */
export async function deleteCustomField(database: Database, id: number): Promise<boolean> {
  const { numDeletedRows } = await database.kysely
    .deleteFrom("custom_fields")
    .where("id", "=", id)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  for (let from: number | null = 0; from !== null;) from = await clearValues(database, String(id), from);
  return true;
}

/**
 * Removes the values of one batch. It increments the accounts' versions, because a plan that was
 * made before must not write the values back.
 * @returns the last account id of the batch, or null at the end
 */
async function clearValues(database: Database, id: string, after: number): Promise<number | null> {
  return inTransaction(database, async ({ kysely: trx }) => {
    await bumpRevision(trx);
    const { rows } = await sql<{ last: number | null }>`
      with range as (
        select id
        from accounts
        where id > ${after} and fields ? ${id}
        order by id
        limit ${CLEAR_BATCH_SIZE}
      ), cleared as (
        update accounts a
        set fields = a.fields - ${id}::text, version = a.version + 1
        from range
        where a.id = range.id
      )
      select max(id) as last
      from range`.execute(trx);
    return rows[0]!.last;
  });
}
