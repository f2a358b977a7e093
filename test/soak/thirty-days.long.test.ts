// Thirty days of a customer's organisation and of people here, on a clock set by hand: three changes-only runs and a full one
// a day, started by the schedule over real HTTP. After every run the store looks as the reference model says. One story has
// always the same seed, and in it everything happens that the test knows of; `npm run test:long` tells another one as well, in which
// something rare may not come up.
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
/** So short that some plans which came to nothing go within the thirty days. */
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
  "import that touches everything",
  "plan that waited for an admin: brake-changes",
  "synced field edited here while a plan waits",
  "run that needed a second access token",
  "plan looked at and discarded",
  "view deleted, and another one chosen",
  "run that failed and was tried again",
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
    // Right before the full run nothing happens that the changes-only run would have seen.
    await soak.performEvents({ onlyFull: runs >= CHANGES_RUNS_A_DAY });
    if (day === 15 && runs === 0) soak.massEdit();
    mode = await soak.applyNextRun();
  }
}

const FIXED_SEED = ["a fixed seed", "thirty days", true] as const;
const seeds = isFull ? [FIXED_SEED, ["a seed of its own", String(SEED), false] as const] : [FIXED_SEED];

test.for(seeds)("thirty days of %s end as the model says", { timeout: 1_200_000 }, async ([, seed, all]) => {
  const time = { now: () => new Date("2026-03-02T09:00:00Z") };
  const organisation = new Organisation(seed, () => time.now());
  const random = new Random(`${seed} accounts`, 0);
  for (let made = 0; made < ACCOUNTS; made += 1) organisation.add(random);
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

  expect(await replayHistory(database), "what the history makes of an empty store").toEqual(
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
      "What happened": soak.tally,
      "Requests that met": faults,
      "Runs kept": runs,
      "Issues opened": issues,
      "HTTP requests": requestsSeen(simulator),
    }),
  );
  if (!all) return;
  expect([...Object.keys(kinds), ...OTHER_EVENTS].filter((kind) => soak.tally.of(kind) === 0)).toEqual([]);
  expect(ISSUES.filter((kind) => issues.of(kind) === 0)).toEqual([]);
  expect(FAULTS.filter((kind) => faults.of(kind) === 0)).toEqual([]);
});
