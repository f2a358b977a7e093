// Runs a soak: events change the organisation, the store and the model; the schedule starts runs;
// after every applied run the store is compared with the model.
import { Random } from "../../simulator/load/random.ts";
import type { RunResult } from "../reference/model.ts";
import type { RunSummary } from "../../src/sync/record/run-summary.ts";
import { storeFingerprints } from "../sync/real-sync.ts";
import { ShuffleBag, kinds } from "./events.ts";
import { ExpectedState, type SoakSettings } from "./expected-state.ts";
import type { Installation } from "./installation.ts";
import type { Organisation } from "./organisation.ts";
import { LocalEdits } from "./local-edits.ts";
import {
  expectCountsMatchChanges,
  expectCounts,
  expectRun,
  expectStore,
  expectWroteNothing,
  expectWroteOnly,
} from "./expectations.ts";
import type { EventContext } from "./event-context.ts";
import { Tally } from "./tally.ts";

const EVENTS_AT_ONCE = 7;

export class Soak {
  readonly tally = new Tally();
  private readonly installation: Installation;
  private readonly organisation: Organisation;
  private readonly expected: ExpectedState;
  private readonly context: EventContext;
  private readonly bag: ShuffleBag;
  private settings: SoakSettings;
  /** Events since the last applied run. */
  private eventsSinceRun: string[] = [];
  /** Custom fields that the next full run may update, since no changes-only run does. */
  private fieldsForFullRun = new Set<string>();

  constructor(installed: Installation, organisation: Organisation, seed: string) {
    const { web } = installed;
    this.installation = installed;
    this.organisation = organisation;
    this.expected = new ExpectedState(organisation);
    const random = new Random(seed, 1);
    const localEdits = new LocalEdits(web, this.expected);
    this.context = { random, organisation, localEdits, expected: this.expected, simulator: web.simulator };
    this.bag = new ShuffleBag(random);
    this.settings = {
      selection: "all",
      onDomainTaken: "skip",
      view: organisation.viewId,
      regionMapped: false,
    };
  }

  private get database() {
    return this.installation.web.database;
  }

  /** Adds most owners as teammates, and applies the first plan. */
  async start(): Promise<void> {
    const { localEdits, organisation } = this.context;
    for (const { email, disabled } of organisation.users.values())
      if (email !== null && !disabled && !email.startsWith("maya")) await localEdits.addTeammate(email);
    await localEdits.setOwnDomains(this.expected.ownDomains);
    await this.changeSettings({});
  }

  /**
   * Applies a plan under other settings; before that, an account is edited that the plan does not
   * change.
   */
  async changeSettings(other: Partial<SoakSettings>): Promise<void> {
    this.settings = { ...this.settings, ...other };
    const plan = await this.installation.plan(this.settings);
    const result = this.expected.run(this.settings, "full");
    const { random, localEdits } = this.context;
    const unchanged = [...result.outcomes].filter(([, { outcome }]) => outcome === "unchanged");
    const account = unchanged.length > 0 && this.expected.linkOf(random.pick(unchanged)[0])?.account;
    if (account) await localEdits.edit(account, random.below(100), true);
    await this.expectAgreement(await this.installation.apply(plan.id), result);
    if (account) this.recordEvent("synced field edited here before a plan is applied");
  }

  async performEvents({ onlyFull }: { onlyFull: boolean }): Promise<void> {
    for (let drawn = 0; drawn < EVENTS_AT_ONCE; drawn += 1) {
      const name = this.bag.draw(onlyFull);
      if (name === undefined) break;
      if (!(await kinds[name]!.perform(this.context))) continue;
      this.recordEvent(name);
      // No edit has the time of another one or of a run, so that the history has an order.
      this.installation.web.clock.advance(1_000);
    }
  }

  private recordEvent(name: string): void {
    this.tally.add(name);
    this.eventsSinceRun.push(name);
    for (const field of kinds[name]?.needsFullRun ?? []) this.fieldsForFullRun.add(field);
  }

  /** Changes all accounts at once, as an import by mistake does. */
  massEdit(): void {
    for (const account of this.organisation.accounts.values())
      this.organisation.change(account, { numberofemployees: 1 });
    this.recordEvent("import that changes all accounts");
  }

  async planAndDiscard(): Promise<void> {
    const { id } = await this.installation.plan(this.settings);
    await this.installation.discard(id);
    this.tally.add("plan made and discarded");
  }

  /** Deletes the view: the sync writes nothing until an admin chooses another one. */
  async replaceView(): Promise<void> {
    const { organisation, installation, database } = this;
    const before = await storeFingerprints(database);
    organisation.org.deleteView(organisation.viewId);
    const run = await installation.nextRun();
    expectRun(run, { status: "failed", error: { kind: "view-not-found" } });
    await expectWroteNothing(database, before);
    organisation.addView();
    this.tally.add("view deleted, and another one chosen");
    await this.changeSettings({ view: organisation.viewId });
  }

  /** On an unchanged source, runs of both modes write nothing but their own row. */
  async expectIdleRuns(): Promise<void> {
    await this.compareWithModel(await this.installation.sync());
    const before = await storeFingerprints(this.database);
    await this.compareWithModel(await this.installation.nextRun());
    await this.compareWithModel(await this.installation.sync());
    await expectWroteNothing(this.database, before);
  }

  /**
   * Lets runs come until one is applied.
   *
   * @returns the mode of that run
   */
  async applyNextRun(): Promise<RunSummary["mode"]> {
    for (;;) {
      const tokens = this.installation.tokens();
      const run = await this.installation.nextRun();
      if (this.installation.tokens() > tokens + 1) this.tally.add("run that needed a second access token");
      if (run.status === "failed") {
        this.tally.add("run that failed and was repeated");
        continue;
      }
      if (run.status === "done") return this.compareWithModel(run);
      expectRun(run, { status: "planned" });
      this.tally.add(`plan that needed approval: ${run.approvalReason}`);
      return this.compareWithModel(await this.installation.apply(run.id));
    }
  }

  /** @returns the mode of the run */
  private async compareWithModel(run: RunSummary): Promise<RunSummary["mode"]> {
    const result = this.expected.run(this.settings, run.mode === "changes" ? "changes" : "full");
    await this.expectAgreement(run, result);
    return run.mode;
  }

  private async expectAgreement(run: RunSummary, result: RunResult): Promise<void> {
    expectRun(run, { status: "done" });
    expectCounts(run, result);
    await expectStore(this.database, run.id, this.expected);
    await expectCountsMatchChanges(this.database, run);
    if (run.mode === "sync" && this.eventsSinceRun.every((name) => kinds[name]?.needsFullRun)) {
      this.tally.add("full run straight after a changes-only one");
      await expectWroteOnly(this.database, run.id, this.fieldsForFullRun);
    }
    this.eventsSinceRun = [];
    if (run.mode !== "changes") this.fieldsForFullRun.clear();
    this.installation.web.clock.advance(60_000);
  }
}
