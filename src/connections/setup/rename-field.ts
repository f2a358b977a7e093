// Renames a custom field in the stored mapping, which refers to fields by name.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { activeRunId } from "../../sync/record/run-state.ts";
import { renameFieldInRuns, withFieldRenamed } from "../../sync/record/run-updates.ts";
import { ConnectionError } from "../connection-error.ts";
import { loadConnection } from "../connection.ts";

/**
 * Renames the field in the saved mapping, and in runs that can still be applied or resumed, because
 * they would create the field under its old name again. Plans made before become stale, since their
 * mapping changed (rule 15).
 * @throws ConnectionError if a connection file sets the name, or a run is using it
 */
export async function renameMappedField(
  trx: Kysely<Tables>,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const { environment, settings } = await loadConnection(trx);
  const isMapped = settings?.mapping.fields.some(({ field }) => field === from) ?? false;
  if (environment?.fromFile && isMapped)
    throw new ConnectionError(
      "set-up-in-file",
      `"${from}" is named in the connection file that Sluice was started with, so it keeps its name.`,
    );
  const fieldFilter = JSON.stringify([{ field: from }]);
  const organization = environment?.organizationId ?? null;
  const activeRun = organization === null ? undefined : await activeRunId(trx, organization);
  const { rows: runsWithField } = await sql`
    select
    from runs
    where id = ${activeRun ?? null}
      and settings #> '{settings,mapping,fields}' @> ${fieldFilter}::jsonb`.execute(trx);
  if (runsWithField.length > 0)
    throw new ConnectionError("busy", `Run ${activeRun} is filling "${from}".`, {
      fix: "Rename it when the run has ended.",
    });
  await sql`
    update connection set settings = ${withFieldRenamed(sql`'{mapping,fields}'`, { from, to })}
    where settings #> '{mapping,fields}' @> ${fieldFilter}::jsonb`.execute(trx);
  await renameFieldInRuns(trx, { from, to });
}
