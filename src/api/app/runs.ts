// Routes of runs: starting, previewing, applying, cancelling and following them, and their history.
import type { Kysely } from "kysely";
import { z } from "zod";
import { customFields } from "../../accounts/custom-fields.ts";
import { newFieldsOf } from "../../connections/setup/validate-mapping.ts";
import type { Tables } from "../../db/tables.ts";
import type { RunRequests } from "../../jobs/requests.ts";
import { chosenSettingsOf } from "../../jobs/run-settings.ts";
import { decodeCursor, encodeCursor } from "../../lib/cursor.ts";
import type { ChosenSettings } from "../../settings/sync-settings.ts";
import type { RunStore } from "../../sync/record/run-record.ts";
import type { RunStarter } from "../../sync/record/start-run.ts";
import { runRoutes as contract, type RunView } from "../contract/runs.ts";
import { ApiError, implement, requireTeammate, type Caller, type Implementation } from "../implement.ts";
import { sendRunEvents } from "./run-events.ts";
import { requireRun, runsBefore, runView } from "./run-views.ts";
import { sharedReads } from "./shared-reads.ts";

export type RunRouteDeps = RunStore & { readonly requests: RunRequests };

export function runRoutes(deps: RunRouteDeps): Implementation[] {
  const { database, requests } = deps;
  const readLater = sharedReads((id) => runView(deps, id));
  return [
    implement(contract.startRun, async ({ body }, caller) => {
      if (body.mode === "sync") return runAnswer(deps, await requests.startSync(starterOf(caller)));
      await checkNewFields(database.kysely, body.settings, caller);
      return runAnswer(deps, await requests.startPlan(body.settings, starterOf(caller)));
    }),
    implement(contract.listRuns, async ({ query: { after, limit } }) => {
      const before = after === undefined ? undefined : decodeCursor(after, z.int());
      const runs = await runsBefore(deps, before, limit);
      const last = runs.at(-1);
      return { runs, next: last && runs.length === limit ? encodeCursor(last.id) : null };
    }),
    implement(contract.getRun, async ({ params }) => {
      const stored = await requireRun(deps, params.id);
      const run = await runView(deps, params.id);
      return { run: { ...run, settings: chosenSettingsOf(stored) } };
    }),
    implement(contract.followRun, async ({ params }, _, { reply }) => {
      const { id } = params;
      await sendRunEvents(reply, await runView(deps, id), (inMs) => readLater(id, inMs));
      return undefined;
    }),
    implement(contract.applyRun, async ({ params, query }, caller) => {
      await requireRun(deps, params.id);
      const resume = query.resume !== undefined;
      return runAnswer(deps, await requests.apply(params.id, starterOf(caller), { resume }));
    }),
    implement(contract.discardRun, async ({ params }) => {
      await requireRun(deps, params.id);
      await requests.discard(params.id);
      return runAnswer(deps, params.id);
    }),
    implement(contract.cancelRun, async ({ params }, caller) => {
      await requireRun(deps, params.id);
      await requests.cancel(params.id, starterOf(caller).name);
      return runAnswer(deps, params.id);
    }),
  ];
}

export function starterOf(caller: Caller): RunStarter {
  const { id, name, email } = requireTeammate(caller);
  return { id, name: name || email };
}

export async function runAnswer(store: RunStore, id: number): Promise<{ run: RunView }> {
  return { run: await runView(store, id) };
}

/** All accounts share the custom fields, so only a company admin may have new ones created. */
async function checkNewFields(db: Kysely<Tables>, settings: ChosenSettings, caller: Caller): Promise<void> {
  if (caller.teammate?.role === "company-admin") return;
  const missing = newFieldsOf(settings.mapping, await customFields(db));
  if (missing.length === 0) return;
  const named = missing.map((name) => `"${name}"`).join(", ");
  throw new ApiError(
    403,
    "new-fields",
    `This mapping would make the custom field${missing.length > 1 ? "s" : ""} ${named}, and only a company admin may make any. Ask one to make ${missing.length > 1 ? "them" : "it"}, or map to fields that are there.`,
    "settings.mapping.fields",
  );
}
