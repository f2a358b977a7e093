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

export function changeRoutes(deps: RunStore & { readonly download: Download }): Implementation[] {
  const { database, download } = deps;
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
      await download(exchange, `run-${id}.csv`, changesCsv(database, id, query));
      return undefined;
    }),
  ];
}

const changeCursor: z.ZodType<ChangeCursor> = z.union([
  z.strictObject({ seq: z.number().int(), skip: issueCursor }),
  z.strictObject({ seq: z.number().int() }),
]);
