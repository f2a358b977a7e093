// `sluice fields`: lists the columns that the organisation has, and what each may be mapped to.
import type { Column } from "../../dataverse/model.ts";
import { languageName } from "../../settings/label-language.ts";
import { preferredLanguages } from "../../sync/read/label-language.ts";
import { columnKindOf, targetNames, targetsFor } from "../../sync/rules/compatibility.ts";
import { printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withClient } from "../resources.ts";
import { tableLines } from "../output/table.ts";

export async function fields(context: CommandContext): Promise<ExitCode> {
  const { signal } = context;
  return withClient(context, async (client, { labelLanguage }) => {
    const languages =
      labelLanguage === undefined
        ? []
        : preferredLanguages({ labelLanguage, baseLanguage: await client.baseLanguage(signal) });
    const columns = await client.accountColumns(languages, signal);
    const lines = [...fieldTable(columns), ...languageLines(await client.provisionedLanguages(signal))];
    printResult(context, lines, columns.map(describe));
    return exitCodes.done;
  });
}

function describe(column: Column) {
  const { logicalName, label, type, secured, readable } = column;
  return {
    column: logicalName,
    label,
    type,
    kind: columnKindOf(column) ?? null,
    targets: targetsFor(column),
    secured,
    readable,
  };
}

/** Tells in which languages labels can be, if there is a choice. */
function languageLines(languages: readonly number[]): string[] {
  if (languages.length < 2) return [];
  const listed = languages.map((code) => `${code} (${languageName(code)})`).join(", ");
  return ["", `labelLanguage in the connection file chooses the language of labels: ${listed}.`];
}

/** Lists the columns that can be mapped, and counts the rest. */
function fieldTable(columns: readonly Column[]): string[] {
  const offered = columns.filter((column) => targetsFor(column).length > 0);
  const table = tableLines(
    [{ title: "column" }, { title: "label", maxWidth: 40 }, { title: "kind" }, { title: "may be mapped to" }],
    offered.map((column) => [
      column.logicalName,
      column.label,
      columnKindOf(column) ?? "",
      targetsFor(column)
        .map((target) => targetNames[target])
        .join(", ") + (column.readable ? "" : " (secured: not readable)"),
    ]),
  );
  const others = columns.length - offered.length;
  return others === 0
    ? table
    : [...table, "", `${others} more columns cannot be mapped to anything; --json lists them.`];
}
