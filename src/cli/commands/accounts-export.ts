// `sluice accounts export`: prints all accounts in a stable order, so that two exports can be
// compared line by line.
import { exportAccounts, type ExportedAccount } from "../../accounts/list/export-all.ts";
import { customFields } from "../../accounts/custom-fields.ts";
import { workspaceTimeZone } from "../../connections/schedule/time-zone.ts";
import { csvWriter, type CsvCells } from "../../csv/write-csv.ts";
import type { Database } from "../../db/pool.ts";
import { printNote, writePart, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { pluralize } from "../output/format.ts";
import { withDatabase } from "../resources.ts";

export interface ExportOptions {
  readonly format: "ndjson" | "csv";
  readonly guardFormulas?: boolean;
}

export async function accountsExport(context: CommandContext, options: ExportOptions): Promise<ExitCode> {
  return withDatabase(context, async (database) => {
    const render = options.format === "csv" ? await csvRenderer(context, database, options) : ndjson;
    let total = 0;
    const write = async (accounts: readonly ExportedAccount[]) => {
      context.signal.throwIfAborted();
      total += accounts.length;
      await writePart(context, render(accounts));
    };
    await exportAccounts(database, write, await workspaceTimeZone(database.kysely));
    printNote(context, `${pluralize(total, "account")} exported.`);
    return exitCodes.done;
  });
}

function ndjson(accounts: readonly ExportedAccount[]): string {
  return accounts.map((account) => `${JSON.stringify(account)}\n`).join("");
}

/**
 * Writes the header at once. Domains are joined by blanks; each custom field is a column. Programs
 * get the values as they are, whether into a pipe or onto a terminal: only the option is for
 * spreadsheets.
 */
async function csvRenderer(
  { stdout }: CommandContext,
  { kysely }: Database,
  { guardFormulas = false }: ExportOptions,
): Promise<(accounts: readonly ExportedAccount[]) => string> {
  const names = (await customFields(kysely)).map(({ name }) => name).toSorted((a, b) => (a < b ? -1 : 1));
  const write = csvWriter({ forSpreadsheets: guardFormulas });
  stdout.write(write([["name", "externalId", "origin", "domains", "description", ...names]]));
  const cellsOf = ({ name, externalId, origin, domains, description, fields }: ExportedAccount): CsvCells => {
    const own = names.map((field) => fields[field]);
    return [name, externalId, origin, domains.join(" "), description, ...own];
  };
  return (accounts) => write(accounts.map(cellsOf));
}
