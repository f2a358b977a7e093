// The reference model in the course of a story: its organisation, its store, and runs of the model
// between them.
import type { CountBranch } from "./coverage.ts";
import { draftOf, type Draft, type IssueKind } from "./draft.ts";
import { run, type Outcome, type RunResult } from "./model.ts";
import { ModelStore, type Account } from "./model-store.ts";
import type { Operation } from "./operations.ts";
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

export class ModelSync {
  store = new ModelStore();
  readonly source = new Map<string, SourceRecord>();
  private readonly hit: CountBranch;
  /**
   * Records that the last run refused because of another account, with the input that it decided on.
   */
  refused: ReadonlyMap<string, string> = new Map();

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

  run(settings: Settings, isCounted = true): RunResult {
    const context = {
      mapping: mappingOf(settings),
      domainRules: { alsoCommon: ["example.com", "linkedin.com/"], notCommon: [], own: [OWN_DOMAIN] },
      teammates: this.store.teammates,
    };
    const drafts = this.rows(settings).map((record) => draftOf(rawRecord(record), context));
    const lookUp = (id: string) => {
      const record = this.source.get(id);
      return record === undefined ? "gone" : record.active ? "active" : "inactive";
    };
    const hit = isCounted ? this.hit : () => undefined;
    const result = run(this.store, drafts, { org: ORG, ...settings, lookUp, hit });
    this.store = result.store;
    this.compareRefusals(settings, drafts, result.outcomes, hit);
    return result;
  }

  /**
   * A record may be refused no longer although neither it nor the settings changed: its blocker did.
   */
  private compareRefusals(
    settings: Settings,
    drafts: readonly Draft[],
    outcomes: ReadonlyMap<string, Outcome>,
    hit: CountBranch,
  ): void {
    const before = this.refused;
    const refusedAfter = new Map<string, string>();
    for (const draft of drafts) {
      const input = JSON.stringify([settings, draft]);
      const refused = outcomes.get(draft.id)?.issues.some(({ kind }) => REFUSALS.has(kind)) ?? false;
      if (refused) refusedAfter.set(draft.id, input);
      if (before.get(draft.id) !== input) continue;
      hit(refused ? "later run: refused still" : "later run: refused no longer");
    }
    this.refused = refusedAfter;
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
}
