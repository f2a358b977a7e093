// Custom fields of accounts: a name, a type, at most fifty. Values live in `accounts.fields` under the field's id,
// so that renaming a field touches no account.
import { sql, type Kysely } from "kysely";
import { inTransaction } from "../db/transaction.ts";
import type { Database } from "../db/pool.ts";
import type { Tables } from "../db/tables.ts";
import { nameKey } from "./name-key.ts";
import { storableText } from "./storable-text.ts";
import { MAX_CUSTOM_FIELDS, type FieldType } from "../settings/field-types.ts";
import { UserError, type UserErrorOptions } from "../lib/user-error.ts";

export type CustomField = {
  readonly id: number;
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
};

export class CustomFieldError extends UserError {
  override readonly name = "CustomFieldError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("custom-field", sentence, options);
  }
}

export async function customFields(db: Kysely<Tables>): Promise<readonly CustomField[]> {
  return db.selectFrom("custom_fields").selectAll().orderBy("id").execute();
}

/**
 * Makes the fields that are not there yet and returns the wanted ones by name.
 * @throws CustomFieldError when one exists with another type (a type never changes) or there would be over fifty.
 */
export async function ensureCustomFields(
  db: Kysely<Tables>,
  wanted: readonly { name: string; type: FieldType }[],
): Promise<ReadonlyMap<string, CustomField>> {
  const existing = new Map((await customFields(db)).map((field) => [field.name, field]));
  const missing = wanted.filter((field) => !existing.has(field.name));
  for (const field of wanted) {
    const found = existing.get(field.name);
    if (found && found.type !== field.type) {
      throw new CustomFieldError(
        `The custom field "${field.name}" exists as ${found.type}, and the mapping wants it as ${field.type}. A field keeps its type: map to a field of another name.`,
      );
    }
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
      .returningAll()
      .execute();
    for (const field of created) existing.set(field.name, field);
  }
  return new Map(wanted.map((field) => [field.name, existing.get(field.name)!]));
}

export type NewField = { readonly name: string; readonly type: FieldType; readonly description: string };

/** @throws CustomFieldError when there is one of that name, or there are fifty */
export async function createCustomField(database: Database, field: NewField): Promise<CustomField> {
  return inTransaction(database, async ({ kysely: trx }) => {
    const existing = await lockCustomFields(trx);
    if (existing.length >= MAX_CUSTOM_FIELDS)
      throw new CustomFieldError(
        `Accounts have ${MAX_CUSTOM_FIELDS} custom fields already, and more there cannot be. Delete one first.`,
      );
    const name = validateName(existing, field.name);
    const description = storableText(field.description);
    return trx
      .insertInto("custom_fields")
      .values({ name, description, type: field.type })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/**
 * Renames or describes a field. @param onRename who else knows it by its name; what that throws leaves everything as it was
 * @returns undefined if there is no such field. @throws CustomFieldError
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

/** Two people at once must not make the fifty-first, nor two of a name. */
async function lockCustomFields(trx: Kysely<Tables>): Promise<readonly CustomField[]> {
  await sql`lock table custom_fields in share row exclusive mode`.execute(trx);
  return customFields(trx);
}

/** The name as it is stored; it must not be blank, nor one of the others'. */
function validateName(others: readonly CustomField[], written: string): string {
  const name = storableText(written).trim();
  if (name === "") throw new CustomFieldError("A field needs a name that is not blank.");
  const taken = others.find((field) => nameKey(field.name) === nameKey(name));
  if (taken) throw new CustomFieldError(`There is a field "${taken.name}" already. Choose another name.`);
  return name;
}

/** Accounts in one transaction: those who write beside it wait for about half a second. */
const CLEAR_BATCH_SIZE = 10_000;

/**
 * Deletes a field, then its values from all accounts that have one. Cut off in between it leaves values behind that
 * nothing shows: a number is never used for a second field. @returns whether there was such a field
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

/** @returns the account id after which to go on; null at the end. The version moves: a plan made before must not write the value back. */
async function clearValues(database: Database, id: string, after: number): Promise<number | null> {
  return inTransaction(database, async ({ kysely: trx }) => {
    await sql`update store_revision set revision = revision + 1`.execute(trx);
    const { rows } = await sql<{ last: number | null }>`
      with range as (
        select id from accounts where id > ${after} and fields ? ${id} order by id limit ${CLEAR_BATCH_SIZE}
      ), cleared as (
        update accounts a set fields = a.fields - ${id}::text, version = a.version + 1 from range where a.id = range.id
      )
      select max(id) as last from range`.execute(trx);
    return rows[0]!.last;
  });
}
