// Custom fields that are made for a run, because its mapping names some that are not there yet.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";

/** They go with a run that comes to nothing, unless somebody uses them by now. */
export async function rollbackCreatedFields(db: Kysely<Tables>, runId: number): Promise<void> {
  await sql`
    delete from custom_fields f using runs r
    where r.id = ${runId} and r.settings -> 'newFieldIds' @> to_jsonb(f.id)
      and not exists (select from runs o where o.id <> r.id and o.settings -> 'fieldIds' @> to_jsonb(f.id)
        and o.status in ('reading', 'planning', 'planned', 'applying', 'done'))
      and not exists (select from accounts a where a.fields ? f.id::text)`.execute(db);
}
