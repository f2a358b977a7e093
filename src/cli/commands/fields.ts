// `sluice fields`: lists the columns that the organisation has, and what each may be mapped to.
import type { Column } from "../../dataverse/model.ts";
import { columnKindOf, targetNames, targetsFor } from "../../sync/rules/compatibility.ts";
import { printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withClient } from "../resources.ts";
import { tableLines } from "../output/table.ts";

export async function fields(context: CommandContext): Promise<ExitCode> {
  return withClient(context, async (client) => {
    const columns = await client.accountColumns(context.signal);
    printResult(context, fieldTable(columns), columns.map(describe));
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
