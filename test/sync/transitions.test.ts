// The transitions of a run: every event in every status, compared with the table.
import { isDeepStrictEqual } from "node:util";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { RunStatus } from "../../src/sync/tables.ts";
import { NO_COUNTS, NO_USAGE } from "../../src/sync/record/run-summary.ts";
import {
  TRANSITIONS,
  tryTransition,
  type EventFrom,
  type EventType,
} from "../../src/sync/record/transitions.ts";
import { testDatabase } from "../harness/database.ts";

const database = await testDatabase();
const NOW = new Date("2026-03-02T09:00:00Z");
const FENCE = 5;
const STATUSES: readonly RunStatus[] = [
  "queued",
  "reading",
  "planning",
  "planned",
  "applying",
  "done",
  "failed",
  "discarded",
  "interrupted",
];
const ERROR = { kind: "odd", sentence: "It was odd." };
const PLAN = {
  counts: NO_COUNTS,
  usage: NO_USAGE,
  storeUnchanged: true,
  noChanges: false,
  plannedRevision: 3,
  plannedAfter: null,
  now: NOW,
};
const SETTINGS = {
  settings: {
    selection: { kind: "all" as const },
    mapping: { name: "name", domains: [], fields: [] },
    options: { allowDuplicateNames: false, onDomainTaken: "skip" as const },
    ownDomains: [],
    commonDomains: { add: [], remove: [] },
  },
  fieldIds: [],
  descriptionMapped: false,
  newFieldIds: [],
  labelLanguage: null,
  baseLanguage: null,
  labelFieldIds: [],
};

/** An event of each type. */
const EVENTS: {
  readonly [Type in EventType]: Omit<Extract<EventFrom<RunStatusOf<Type>>, { type: Type }>, "type">;
} = {
  claim: { fence: FENCE + 1, now: NOW },
  claimApprovedPlan: { fence: FENCE + 1 },
  claimPlan: { fence: FENCE + 1 },
  takeOverApply: { fence: FENCE + 1 },
  prepare: { settings: SETTINGS, settingsHash: "hash" },
  startPlanning: {},
  awaitApproval: { ...PLAN, reason: "brake-changes" },
  applyAtOnce: PLAN,
  approve: { by: { id: 1, name: "Dana" }, now: NOW },
  startApply: {},
  recordCheckpoint: { checkpoint: 10, plannedRevision: 4, noConcurrentEdits: true },
  replan: { plannedRevision: 4, counts: { unchanged: 1 } },
  complete: { counts: NO_COUNTS, settledRevision: 4, now: NOW },
  requeue: { retryAt: NOW },
  keepApproved: { countsAsAttempt: true },
  scheduleRetry: { retryAt: NOW, error: ERROR },
  revertToPlanned: { error: ERROR },
  halt: { reason: "paused" },
  fail: { error: ERROR, now: NOW },
  interrupt: { error: ERROR, now: NOW },
  discard: { now: NOW },
};

type RunStatusOf<Type extends EventType> = keyof (typeof TRANSITIONS)[Type] & RunStatus;

async function runIn(status: RunStatus): Promise<number> {
  const { rows } = await database.pool.query(
    `insert into runs
       (organization_id, origin, mode, status, trigger, settings, settings_hash, fence, started_at)
     values
       ('11111111-1111-1111-1111-111111111111', 'dynamics', 'sync', $1, 'schedule', '{}', '', $2, $3)
     returning id`,
    [status, FENCE, NOW],
  );
  return rows[0].id;
}

async function rowOf(runId: number) {
  const { rows } = await sql<{ status: RunStatus; fence: number }>`
    select * from runs where id = ${runId}`.execute(database.kysely);
  return rows[0]!;
}

/** Sends an event although the types forbid it. */
function send(runId: number, type: EventType, from: RunStatus, fence = FENCE) {
  const run = { runId, lease: { fence } };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types forbid it
  const [status, event] = [from, { type, ...EVENTS[type] }] as unknown as ["reading", EventFrom<"reading">];
  return tryTransition(database.kysely, run, status, event);
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table itself
const types = Object.keys(TRANSITIONS) as EventType[];

test.each(types)(
  "%s changes the status as the table says, and nothing in all other statuses",
  async (type) => {
    const table: { readonly [From in RunStatus]?: RunStatus } = TRANSITIONS[type];
    for (const status of STATUSES) {
      const runId = await runIn(status);
      const before = await rowOf(runId);

      const isChanged = await send(runId, type, status);

      const after = await rowOf(runId);
      expect([status, isChanged, after.status]).toEqual([status, status in table, table[status] ?? status]);
      expect(isChanged || isDeepStrictEqual(after, before)).toBe(true);
    }
  },
);

test.each(types)(
  "%s changes no run that was claimed under another fence or is in another status by then",
  async (type) => {
    for (const from of STATUSES) {
      for (const status of STATUSES.filter((other) => other !== from)) {
        const runId = await runIn(status);
        expect(await send(runId, type, from)).toBe(false);
        expect((await rowOf(runId)).status).toBe(status);
      }
      const runId = await runIn(from);
      expect(await send(runId, type, from, FENCE - 1)).toBe(false);
      expect(await send(runId, type, from, FENCE + 1)).toBe(false);
    }
  },
);

test("a run is claimed by a newer lease alone", async () => {
  const runId = await runIn("applying");
  const takeOver = (fence: number) =>
    tryTransition(database.kysely, { runId, lease: { fence: FENCE } }, "applying", {
      type: "takeOverApply",
      fence,
    });

  expect(await takeOver(FENCE)).toBe(false);
  expect(await takeOver(FENCE - 1)).toBe(false);
  expect(await takeOver(FENCE + 1)).toBe(true);
  expect((await rowOf(runId)).fence).toBe(FENCE + 1);
});

test("a transition that is not in the table does not compile", async () => {
  const run = { runId: 1, lease: { fence: 1 } };
  // @ts-expect-error: a run that is done cannot fail.
  const failing = () => tryTransition(database.kysely, run, "done", { type: "fail", error: ERROR, now: NOW });
  // @ts-expect-error: a run that is being applied cannot be discarded.
  const discarding = () => tryTransition(database.kysely, run, "applying", { type: "discard", now: NOW });
  expect([failing, discarding]).toHaveLength(2);
});
