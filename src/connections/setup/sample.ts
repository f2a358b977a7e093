// A sample of a selection: its first accounts, in the columns that its view shows in Dynamics 365.
import type { DataverseClient } from "../../dataverse/client.ts";
import { DataverseError } from "../../dataverse/http/errors.ts";
import { layoutColumns } from "../../dataverse/metadata/view-layout.ts";
import type { Column, Sample } from "../../dataverse/model.ts";
import type { Selection } from "../../settings/sync-settings.ts";
import { resolveSelection } from "../../sync/source/dynamics.ts";

export type SampleTable = {
  readonly columns: { logicalName: string; label: string }[];
  readonly rows: string[][];
  /** Exact up to 5,000, null above. */
  readonly count: number | null;
};

const SAMPLE_ROWS = 5;
/** Columns that identify an account to a person, for a selection without a view's layout. */
const DEFAULT_COLUMNS = ["name", "accountnumber", "websiteurl", "emailaddress1", "address1_city", "ownerid"];

export async function sampleTable(client: DataverseClient, selection: Selection): Promise<SampleTable> {
  const chosen = await resolveSelection(client, selection);
  const accountColumns = await client.accountColumns();
  const viewColumns = chosen.kind === "view" ? layoutColumns(chosen.view) : [];
  const defaultColumns = DEFAULT_COLUMNS.filter((name) =>
    accountColumns.some((column) => column.logicalName === name),
  );
  const names = viewColumns.length > 0 ? viewColumns : defaultColumns;
  try {
    const requested = viewColumns.length > 0 ? "view-columns" : names;
    return tableOf(await client.sample(chosen, requested, SAMPLE_ROWS), names, accountColumns);
  } catch (error) {
    // Dynamics 365 cannot open a view whose layout has a deleted column, but a sync can read it with
    // its own columns.
    if (viewColumns.length === 0 || !(error instanceof DataverseError) || error.code !== "view-broken")
      throw error;
    return tableOf(await client.sample(chosen, defaultColumns, SAMPLE_ROWS), defaultColumns, accountColumns);
  }
}

function tableOf(
  { rows, count }: Sample,
  names: readonly string[],
  accountColumns: readonly Column[],
): SampleTable {
  const labels = new Map(accountColumns.map(({ logicalName, label }) => [logicalName, label]));
  return {
    columns: names.map((logicalName) => ({
      logicalName,
      label: labels.get(logicalName) ?? labelFromName(logicalName),
    })),
    rows: rows.map((row) => names.map((name) => row[name] ?? "")),
    count,
  };
}

/** "owner.internal_email" → "Internal email": labels of linked tables are not loaded. */
function labelFromName(name: string): string {
  const words = (name.split(".").at(-1) ?? name).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
