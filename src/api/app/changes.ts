// Routes of the changes that a run plans or has made.
import { z } from "zod";
import { decodeCursor, encodeCursor } from "../../lib/cursor.ts";
import type { RunStore } from "../../sync/record/run-record.ts";
import { changePage, type ChangeCursor } from "../../sync/report/change-pages.ts";
import { runRoutes as contract } from "../contract/runs.ts";
import type { Download } from "../downloads.ts";
import { implement, type Implementation } from "../implement.ts";
import { changesCsv } from "./changes-csv.ts";
import { issueCursor } from "./issues.ts";
import { requireRun } from "./run-views.ts";

type ChangeDeps = RunStore & {
  readonly download: Download;
  readonly timeZone: () => Promise<string>;
};

export function changeRoutes(deps: ChangeDeps): Implementation[] {
  const { database, download, timeZone } = deps;
  return [
    implement(contract.listChanges, async ({ params, query }) => {
      await requireRun(deps, params.id);
      const after = query.after === undefined ? undefined : decodeCursor(query.after, changeCursor);
      const page = await changePage(database, params.id, { ...query, after });
      return {
        changes: page.changes,
        next: page.next === undefined ? null : encodeCursor(page.next),
      };
    }),
    implement(contract.exportChanges, async ({ params: { id }, query }, _, exchange) => {
      await requireRun(deps, id);
      const csv = changesCsv(database, id, query, await timeZone());
      await download(exchange, `run-${id}.csv`, csv);
      return undefined;
    }),
  ];
}

const changeCursor: z.ZodType<ChangeCursor> = z.union([
  z.strictObject({ seq: z.number().int(), skip: issueCursor }),
  z.strictObject({ seq: z.number().int() }),
]);
