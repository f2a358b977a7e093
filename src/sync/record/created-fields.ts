// Custom fields that a run created because its mapping names fields that did not exist.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";

/** Deletes the fields that a run without effect created, unless a run or an account uses them. */
export async function rollbackCreatedFields(db: Kysely<Tables>, runId: number): Promise<void> {
  await sql`
    delete from custom_fields f using runs r
    where r.id = ${runId} and r.settings -> 'newFieldIds' @> to_jsonb(f.id)
      and not exists (
        select from runs o
        where o.id <> r.id and o.settings -> 'fieldIds' @> to_jsonb(f.id)
          and o.status in ('reading', 'planning', 'planned', 'applying', 'done'))
      and not exists (select from accounts a where a.fields ? f.id::text)`.execute(db);
}
