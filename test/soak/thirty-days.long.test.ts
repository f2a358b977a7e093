// Thirty days of a customer's organisation and of people here, on a settable clock: the schedule
// starts three changes-only runs and a full one a day, over real HTTP. After every run the store
// must equal the reference model. The soak of the fixed seed reaches all events; `npm run
// test:long` adds one of a new seed, which may not.
import { expect, test } from "vitest";
import { Random } from "../../simulator/load/random.ts";
import { pruneHistory } from "../../src/sync/record/retention.ts";
import { isFull, SEED } from "../harness/counts.ts";
import { kinds } from "./events.ts";
import { replayHistory, storedAccounts } from "./history.ts";
import { installation } from "./installation.ts";
import { Organisation } from "./organisation.ts";
import { expectNoLeftovers } from "./expectations.ts";
import { Soak } from "./soak.ts";
import { faultsApplied, issuesSeen, requestsSeen, runsSeen, table } from "./tally.ts";

const DAYS = 30;
const ACCOUNTS = 300;
const CHANGES_RUNS_A_DAY = 3;
/** Short enough for retention to remove discarded plans within the thirty days. */
const RETENTION = { historyDays: 400, plansDays: 7 };

const ISSUES = [
  "field-not-found",
  "linked-to-other-source",
  "domain-linked-elsewhere",
  "name-in-use",
  "name-empty",
  "excluded",
  "domain-taken",
  "domain-invalid",
  "domain-common",
  "domain-own",
  "teammate-not-found",
];
const FAULTS = ["throttle", "unavailable", "bad-gateway", "cut", "expired-token"];
const OTHER_EVENTS = [
  "import that changes all accounts",
  "plan that needed approval: brake-changes",
  "synced field edited here before a plan is applied",
  "run that needed a second access token",
  "plan made and discarded",
  "view deleted, and another one chosen",
  "run that failed and was repeated",
  "runs that retention removed",
  "changes that retention removed in the end",
];

async function simulateDay(soak: Soak, day: number): Promise<void> {
  if (day === 4) await soak.changeSettings({ regionMapped: true });
  if (day === 10) await soak.changeSettings({ selection: "view" });
  if (day === 20) await soak.changeSettings({ onDomainTaken: "without-domain" });
  if (day === 25) await soak.replaceView();
  if (day % 6 === 0) await soak.planAndDiscard();
  for (let runs = 0, mode = ""; mode !== "sync"; runs += 1) {
    // Before the full run only events happen that no changes-only run notices.
    await soak.performEvents({ onlyFull: runs >= CHANGES_RUNS_A_DAY });
    if (day === 15 && runs === 0) soak.massEdit();
    mode = await soak.applyNextRun();
  }
}

const FIXED_SEED = ["a fixed seed", "thirty days", true] as const;
const seeds = isFull ? [FIXED_SEED, ["a new seed", String(SEED), false] as const] : [FIXED_SEED];

test.for(seeds)(
  "after thirty days of %s the store equals the model",
  { timeout: 1_200_000 },
  async ([, seed, all]) => {
    const time = { now: () => new Date("2026-03-02T09:00:00Z") };
    const organisation = new Organisation(seed, () => time.now());
    const random = new Random(`${seed} accounts`, 0);
    for (let created = 0; created < ACCOUNTS; created += 1) organisation.add(random);
    const installed = await installation(organisation, time);
    const { database, clock, simulator } = installed.web;
    const soak = new Soak(installed, organisation, seed);
    await soak.start();
    for (let day = 1; day <= DAYS; day += 1) {
      await simulateDay(soak, day);
      const { runs } = await pruneHistory(database, clock.now(), RETENTION);
      soak.tally.add("runs that retention removed", runs);
    }
    await soak.expectIdleRuns();

    expect(await replayHistory(database), "the store rebuilt from its history").toEqual(
      await storedAccounts(database),
    );
    const issues = await issuesSeen(database);
    const runs = await runsSeen(database);
    await expectNoLeftovers(database, installed.web.logged);
    const pruned = await pruneHistory(database, clock.now(), { historyDays: 10, plansDays: 1 });
    soak.tally.add("changes that retention removed in the end", pruned.changes);
    await soak.expectIdleRuns();
    const faults = faultsApplied(simulator.faults);
    console.log(
      table({
        Events: soak.tally,
        "Requests that got a fault": faults,
        "Runs kept": runs,
        "Issues opened": issues,
        "HTTP requests": requestsSeen(simulator),
      }),
    );
    if (!all) return;
    expect([...Object.keys(kinds), ...OTHER_EVENTS].filter((kind) => soak.tally.of(kind) === 0)).toEqual([]);
    expect(ISSUES.filter((kind) => issues.of(kind) === 0)).toEqual([]);
    expect(FAULTS.filter((kind) => faults.of(kind) === 0)).toEqual([]);
  },
);
