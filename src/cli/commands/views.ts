// `sluice views`: lists the views that can select accounts, for `selection: { view: … }` in the
// connection file.
import { printResult, type CommandContext } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { withClient } from "../resources.ts";
import { tableLines } from "../output/table.ts";

export async function views(context: CommandContext): Promise<ExitCode> {
  return withClient(context, async (client) => {
    const found = await client.views(context.signal);
    const table = tableLines(
      [{ title: "view", maxWidth: 60 }, { title: "kind" }, { title: "id" }, { title: "" }],
      found.map(({ name, kind, id, fetchXml }) => [
        name,
        kind,
        id,
        fetchXml === "" ? "cannot be read: no query" : "",
      ]),
    );
    const lines =
      found.length === 0 ? ["There is no view of accounts that the connected user can see."] : table;
    printResult(
      context,
      lines,
      found.map(({ id, name, kind, fetchXml }) => ({ id, name, kind, usable: fetchXml !== "" })),
    );
    return exitCodes.done;
  });
}
