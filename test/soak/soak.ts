// A soak under way: what is drawn happens to the organisation, to us and to the model; runs come by the schedule; after every
// applied run the store is held against the model.
import { Random } from "../../simulator/load/random.ts";
import type { RunResult } from "../reference/model.ts";
import type { RunSummary } from "../../src/sync/record/run-summary.ts";
import { traces } from "../sync/real-sync.ts";
import { Deck, kinds } from "./events.ts";
import { Expected, type Chosen } from "./expected-state.ts";
import type { Installation } from "./installation.ts";
import type { Organisation } from "./organisation.ts";
import { Ours } from "./local-edits.ts";
import {
  accountingHolds,
  countsAgree,
  isRun,
  looksAsExpected,
  wroteNothing,
  wroteOnly,
} from "./expectations.ts";
import type { Scene } from "./event-context.ts";
import { Tally } from "./tally.ts";

const EVENTS_AT_ONCE = 7;

export class Soak {
  readonly tally = new Tally();
  private readonly installed: Installation;
  private readonly organisation: Organisation;
  private readonly expected: Expected;
  private readonly scene: Scene;
  private readonly deck: Deck;
  private chosen: Chosen;
  /** Events since the last run that was applied, and fields that only a full run puts right since the last full one. */
  private since: string[] = [];
  private waitingForFull = new Set<string>();

  constructor(installed: Installation, organisation: Organisation, seed: string) {
    const { web } = installed;
    this.installed = installed;
    this.organisation = organisation;
    this.expected = new Expected(organisation);
    const random = new Random(seed, 1);
    const ours = new Ours(web, this.expected);
    this.scene = { random, organisation, ours, expected: this.expected, simulator: web.simulator };
    this.deck = new Deck(random);
    this.chosen = { selection: "all", onDomainTaken: "skip", view: organisation.viewId, regionMapped: false };
  }

  private get database() {
    return this.installed.web.database;
  }

  /** Most owners work here too; the first plan is looked at and applied. */
  async begin(): Promise<void> {
    const { ours, organisation } = this.scene;
    for (const { email, disabled } of organisation.users.values())
      if (email !== null && !disabled && !email.startsWith("maya")) await ours.addTeammate(email);
    await ours.setOwnDomains(this.expected.ownDomains);
    await this.choose({});
  }

  /** As an admin does: a plan under other settings, applied. Meanwhile somebody edits an account that it leaves alone. */
  async choose(other: Partial<Chosen>): Promise<void> {
    this.chosen = { ...this.chosen, ...other };
    const plan = await this.installed.plan(this.chosen);
    const result = this.expected.run(this.chosen, "full");
    const { random, ours } = this.scene;
    const unchanged = [...result.outcomes].filter(([, { outcome }]) => outcome === "unchanged");
    const account = unchanged.length > 0 && this.expected.linkOf(random.pick(unchanged)[0])?.account;
    if (account) await ours.edit(account, random.below(100), true);
    await this.agrees(await this.installed.apply(plan.id), result);
    if (account) this.noteEvent("synced field edited here while a plan waits");
  }

  /** A handful of what may happen. */
  async events({ onlyFull }: { onlyFull: boolean }): Promise<void> {
    for (let drawn = 0; drawn < EVENTS_AT_ONCE; drawn += 1) {
      const name = this.deck.draw(onlyFull);
      if (name === undefined) break;
      if (!(await kinds[name]!.happen(this.scene))) continue;
      this.noteEvent(name);
      // Edits and runs have moments of their own, so that the history has an order.
      this.installed.web.clock.advance(1_000);
    }
  }

  private noteEvent(name: string): void {
    this.tally.add(name);
    this.since.push(name);
    for (const field of kinds[name]?.onlyFull ?? []) this.waitingForFull.add(field);
  }

  /** Many accounts are changed at once, as by an import that went wrong. */
  massEdit(): void {
    for (const account of this.organisation.accounts.values())
      this.organisation.change(account, { numberofemployees: 1 });
    this.noteEvent("import that touches everything");
  }

  /** Somebody looks at a plan and throws it away. */
  async planForNothing(): Promise<void> {
    const { id } = await this.installed.plan(this.chosen);
    await this.installed.discard(id);
    this.tally.add("plan looked at and discarded");
  }

  /** Without its view the sync writes nothing until an admin has chosen another. */
  async loseView(): Promise<void> {
    const { organisation, installed, database } = this;
    const before = await traces(database);
    organisation.org.deleteView(organisation.viewId);
    const run = await installed.nextRun();
    isRun(run, { status: "failed", error: { kind: "view-not-found" } });
    await wroteNothing(database, before);
    organisation.addView();
    this.tally.add("view deleted, and another one chosen");
    await this.choose({ view: organisation.viewId });
  }

  /** Runs on an unchanged source: after a full one, both kinds write nothing but their own record. */
  async nothingMoves(): Promise<void> {
    await this.applied(await this.installed.sync());
    const before = await traces(this.database);
    await this.applied(await this.installed.nextRun());
    await this.applied(await this.installed.sync());
    await wroteNothing(this.database, before);
  }

  /** @returns what the next run was, once one is applied */
  async nextApplied(): Promise<RunSummary["mode"]> {
    for (;;) {
      const tokens = this.installed.tokens();
      const run = await this.installed.nextRun();
      if (this.installed.tokens() > tokens + 1) this.tally.add("run that needed a second access token");
      if (run.status === "failed") {
        this.tally.add("run that failed and was tried again");
        continue;
      }
      if (run.status === "done") return this.applied(run);
      isRun(run, { status: "planned" });
      this.tally.add(`plan that waited for an admin: ${run.approvalReason}`);
      return this.applied(await this.installed.apply(run.id));
    }
  }

  /** @returns what it was */
  private async applied(run: RunSummary): Promise<RunSummary["mode"]> {
    const result = this.expected.run(this.chosen, run.mode === "changes" ? "changes" : "full");
    await this.agrees(run, result);
    return run.mode;
  }

  private async agrees(run: RunSummary, result: RunResult): Promise<void> {
    isRun(run, { status: "done" });
    countsAgree(run, result);
    await looksAsExpected(this.database, run.id, this.expected);
    await accountingHolds(this.database, run);
    if (run.mode === "sync" && this.since.every((name) => kinds[name]?.onlyFull)) {
      this.tally.add("full run straight after a changes-only one");
      await wroteOnly(this.database, run.id, this.waitingForFull);
    }
    this.since = [];
    if (run.mode !== "changes") this.waitingForFull.clear();
    this.installed.web.clock.advance(60_000);
  }
}
