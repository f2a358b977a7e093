// The reference model in the course of a story: its organisation, its store, and runs of the model
// between them.
import type { CountBranch } from "./coverage.ts";
import { draftOf, type Draft, type Issue, type IssueKind } from "./draft.ts";
import { run, type RunResult } from "./model.ts";
import { ModelStore, type Account } from "./model-store.ts";
import type { Operation } from "./operations.ts";
import type { Outcome } from "./outcomes.ts";
import type { RunMode } from "./run-state.ts";
import {
  mappingOf,
  ORG,
  OTHER_ORG,
  OWN_DOMAIN,
  rawRecord,
  type Settings,
  type SourceRecord,
} from "./organisation.ts";

const REFUSALS = new Set<IssueKind>(["linked-to-other-source", "domain-linked-elsewhere", "name-in-use"]);
const KINDS_OF_BLOCKED = new Set<IssueKind>([...REFUSALS, "domain-taken", "name-empty", "excluded"]);

export class ModelSync {
  store = new ModelStore();
  readonly source = new Map<string, SourceRecord>();
  private readonly hit: CountBranch;
  /**
   * Records that the last run refused because of another account, with the input that it decided on.
   */
  readonly refused = new Map<string, string>();
  /** Open issues by record: those of the last run that read it. */
  readonly openIssues = new Map<string, readonly Issue[]>();
  private lastSettings: Settings | undefined;
  /** Records whose account was taken over. */
  readonly takenOver = new Set<string>();
  /** Numbers of accounts that were unlinked by hand. */
  private readonly unlinked = new Set<number>();

  constructor(hit: CountBranch = () => undefined) {
    this.hit = hit;
  }

  rows(settings: Settings): SourceRecord[] {
    const all = [...this.source.values()];
    return all.filter((record) => (settings.selection === "all" ? record.active : record.inView));
  }

  /** Oldest first. */
  accounts(): Account[] {
    return [...this.store.accounts.values()].toSorted((a, b) => a.number - b.number);
  }

  run(settings: Settings, mode: RunMode = "sync", isCounted = true): RunResult {
    const context = {
      mapping: mappingOf(settings),
      domainRules: { alsoCommon: ["example.com", "linkedin.com/"], notCommon: [], own: [OWN_DOMAIN] },
      teammates: this.store.teammates,
    };
    const drafts = this.rows(settings).map((record) => draftOf(rawRecord(record), context));
    const lookUp = (id: string) => this.source.get(id);
    const hit = isCounted ? this.hit : () => undefined;
    const result = run(this.store, drafts, { org: ORG, ...settings, mode, lookUp, hit });
    this.store = result.store;
    const read = drafts.filter(({ id }) => result.outcomes.has(id));
    if (mode === "sync" || mode === "changes") this.forgetUnread(result);
    else this.countRetry(mode.retried, settings, result, hit);
    this.lastSettings = settings;
    this.countReturns(result, hit);
    this.saveIssues(settings, read, result.outcomes, hit);
    return result;
  }

  private countRetry(
    retried: ReadonlySet<string>,
    settings: Settings,
    { outcomes, stopped, merged }: RunResult,
    hit: CountBranch,
  ): void {
    if (JSON.stringify(settings) !== JSON.stringify(this.lastSettings)) hit("retry: under other settings");
    const takenOver = [...outcomes.values()].flatMap((outcome) => outcome.takenOver ?? []);
    for (const { recordId } of [...stopped, ...merged, ...takenOver]) this.openIssues.delete(recordId);
    for (const [id, issues] of this.openIssues)
      if (!outcomes.has(id) && !this.isKnown(id, issues)) this.openIssues.delete(id);
    for (const id of retried) if (!outcomes.has(id)) hit("retry: a retried record is not selected");
    for (const id of outcomes.keys()) if (!retried.has(id)) hit("retry: a record in the way is read");
  }

  /** A record that has lost its account here has issues only if they say why it has none. */
  private isKnown(id: string, issues: readonly Issue[]): boolean {
    return (
      this.store.linkOfRecord(ORG, id) !== undefined || issues.some(({ kind }) => KINDS_OF_BLOCKED.has(kind))
    );
  }

  /** A record that the selection does not include has no issues any more. */
  private forgetUnread({ outcomes }: RunResult): void {
    for (const id of this.refused.keys()) if (!outcomes.has(id)) this.refused.delete(id);
    for (const id of this.openIssues.keys()) if (!outcomes.has(id)) this.openIssues.delete(id);
  }

  private countReturns({ outcomes }: RunResult, hit: CountBranch): void {
    for (const [id, { outcome, takenOver }] of outcomes) {
      if (this.takenOver.delete(id)) hit("later run: a record returns whose account was taken over");
      const number = this.store.linkOfRecord(ORG, id)?.account.number;
      if (outcome === "linked" && number !== undefined && this.unlinked.delete(number))
        hit("later run: an account that was unlinked by hand is linked");
      if (takenOver && takenOver.reason !== "merged") this.takenOver.add(takenOver.recordId);
    }
  }

  /**
   * Saves the issues of the records read. A record may be refused no longer although neither it nor
   * the settings changed: its blocker did.
   */
  private saveIssues(
    settings: Settings,
    drafts: readonly Draft[],
    outcomes: ReadonlyMap<string, Outcome>,
    hit: CountBranch,
  ): void {
    for (const draft of drafts) {
      const input = JSON.stringify([settings, draft]);
      const issues = outcomes.get(draft.id)?.issues ?? [];
      const isRefused = issues.some(({ kind }) => REFUSALS.has(kind));
      if (this.refused.get(draft.id) === input)
        hit(isRefused ? "later run: refused still" : "later run: refused no longer");
      if (isRefused) this.refused.set(draft.id, input);
      else this.refused.delete(draft.id);
      if (issues.length > 0) this.openIssues.set(draft.id, issues);
      else this.openIssues.delete(draft.id);
    }
  }

  perform(operation: Operation): void {
    const { store } = this;
    if (operation.kind === "create record" || operation.kind === "update record")
      this.source.set(operation.record.id, operation.record);
    else if (operation.kind === "delete record") this.source.delete(operation.id);
    else if (operation.kind === "add teammate") store.teammates.add(operation.email);
    else if (operation.kind === "remove teammate") store.removeTeammate(operation.email);
    else if (operation.kind === "create account") {
      const { externalId, origin } = operation.account;
      store.add({ ...operation.account, externalOrigin: externalId === null ? null : origin });
    } else if (operation.kind === "create account of another organisation") {
      const account = store.add({ ...operation.account, origin: "dynamics" });
      store.link(OTHER_ORG, operation.recordId, account, operation.stopReason);
    } else if (operation.kind === "edit account") this.edit(this.accountAt(operation.rank), operation.patch);
    else if (operation.kind === "delete account")
      this.deleteAccount(this.accountAt(operation.rank), operation.exclude);
    else if (operation.kind === "unlink account") this.unlinkAccount(this.accountAt(operation.rank));
  }

  private accountAt(rank: number): Account {
    const account = this.accounts()[rank];
    if (account === undefined) throw new Error(`There is no account of rank ${rank}.`);
    return account;
  }

  private edit(account: Account, patch: Extract<Operation, { kind: "edit account" }>["patch"]): void {
    if (patch.name !== undefined) this.store.rename(account, patch.name);
    if (patch.description !== undefined) account.description = patch.description;
    if (patch.fields !== undefined) account.fields = { ...account.fields, ...patch.fields };
    if (patch.domains === undefined) return;
    for (const domain of account.domains) this.store.releaseDomain(account, domain);
    for (const domain of patch.domains) this.store.assignDomain(account, domain);
  }

  private deleteAccount(account: Account, exclude: boolean): void {
    const link = this.store.linkOfAccount(account);
    if (exclude && link?.org === ORG) this.store.excluded.add(link.recordId);
    this.store.remove(account);
  }

  private unlinkAccount(account: Account): void {
    const link = this.store.linkOfAccount(account);
    if (!link) throw new Error(`The account ${account.number} has no link.`);
    this.store.unlinkByHand(link);
    this.unlinked.add(account.number);
  }
}
