// The state of a story: which records and accounts there are by their state (linked, stopped,
// refused), and the operations on them. Each operation changes the model at once and is kept for
// the real sync.
import { domainToUnicode } from "node:url";
import { nameKey, type Account } from "./model-store.ts";
import type { ModelSync } from "./model-sync.ts";
import type { Operation } from "./operations.ts";
import { ORG, type RecordValues, type SourceRecord } from "./organisation.ts";
import { recordId, RECORDS } from "./random-values.ts";
import type { NewRecord } from "./steps.ts";

const CREATED = ["2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", "2021-06-30T12:00:00Z"];
export const EARLIEST = "2019-12-31T23:59:59Z";
export const LATEST = "2024-02-29T00:00:00Z";

/** Returns the element at `n`, counted around the end; undefined for an empty list. */
export function nth<T>(list: readonly T[], n: number): T | undefined {
  return list[n % list.length];
}

export class StoryState {
  readonly model: ModelSync;
  /** Oldest first. */
  readonly operations: Operation[] = [];
  /** Deleted records as they were, so that they can be restored. */
  private readonly deletedRecords = new Map<string, SourceRecord>();

  constructor(model: ModelSync) {
    this.model = model;
  }

  perform(operation: Operation): void {
    this.model.perform(operation);
    this.operations.push(operation);
  }

  records(): SourceRecord[] {
    return [...this.model.source.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  linkOf(id: string) {
    return this.model.store.linkOfRecord(ORG, id);
  }

  /** Returns active records with an active link. */
  linked(): SourceRecord[] {
    return this.records().filter(({ id, active }) => active && this.linkOf(id)?.stopReason === null);
  }

  /** Returns the linked records that every selection includes. */
  linkedInView(): SourceRecord[] {
    return this.linked().filter(({ inView }) => inView);
  }

  /** Returns the domains of the account that the record is linked to. */
  domainsOf(id: string): string[] {
    return [...(this.linkOf(id)?.account.domains ?? [])];
  }

  /** Returns linked records whose name only accounts with an active link have. */
  linkedWithUniqueName(): SourceRecord[] {
    const { store } = this.model;
    return this.linkedInView().filter(({ values }) => {
      const sameName = store.withNameKey(nameKey(values.name ?? ""));
      return (
        sameName.length > 0 && sameName.every((account) => store.linkOfAccount(account)?.stopReason === null)
      );
    });
  }

  /** Returns active records without a link. */
  unlinked(): SourceRecord[] {
    return this.records().filter(({ id, active }) => active && !this.linkOf(id));
  }

  /** Returns inactive records without a link, such as merged ones whose account is the winner's. */
  inactiveUnlinked(): SourceRecord[] {
    return this.records().filter(({ id, active }) => !active && !this.linkOf(id));
  }

  /** Returns the records of stopped links; deleted ones as they were before. */
  stopped(): SourceRecord[] {
    return this.model.store.linksOf(ORG).flatMap(({ recordId: id, stopReason }) => {
      const record = this.recordEver(id);
      return record && stopReason !== null ? [record] : [];
    });
  }

  /** Returns the record, as it was before if it was deleted. */
  protected recordEver(id: string): SourceRecord | undefined {
    return this.model.source.get(id) ?? this.deletedRecords.get(id);
  }

  /** Returns records whose account was taken over, and that were not read since. */
  takenOver(): SourceRecord[] {
    return [...this.model.takenOver].flatMap((id) => this.recordEver(id) ?? []);
  }

  /** Returns records that the last run refused because of another account. */
  refused(): SourceRecord[] {
    return this.unlinked().filter(({ id, inView }) => inView && this.model.refused.has(id));
  }

  updateRecord(record: SourceRecord, values: Partial<RecordValues>): void {
    this.perform({ kind: "update record", record: { ...record, values: { ...record.values, ...values } } });
  }

  swapValues(
    a: SourceRecord | undefined,
    b: SourceRecord | undefined,
    columns: readonly (keyof RecordValues)[],
  ): void {
    if (!a || !b || a === b) return;
    this.updateRecord(a, Object.fromEntries(columns.map((column) => [column, b.values[column]])));
    this.updateRecord(b, Object.fromEntries(columns.map((column) => [column, a.values[column]])));
  }

  /** Creates a record under the first unused id, if there is one. */
  createRecord(
    made: NewRecord,
    values: Partial<RecordValues> = {},
    created = CREATED[made.createdon],
  ): string | undefined {
    const ids = Array.from({ length: RECORDS }, (_, index) => recordId(index));
    const id = ids.find((one) => !this.model.source.has(one) && !this.linkOf(one));
    if (id === undefined || created === undefined) return undefined;
    const record = {
      id,
      createdon: created,
      active: true,
      master: null,
      inView: made.inView,
      values: { ...made.values, ...values },
    };
    this.perform({ kind: "create record", record });
    return id;
  }

  /** A deactivated record is taken out of the view too, so that no selection includes it. */
  removeRecord(record: SourceRecord, how: "delete" | "deactivate" | "deactivate in the view"): void {
    if (how === "delete") this.deleteRecord(record);
    else {
      const inView = how === "deactivate" ? false : record.inView;
      this.perform({ kind: "update record", record: { ...record, active: false, inView } });
    }
  }

  private deleteRecord(record: SourceRecord): void {
    if (!this.model.source.has(record.id)) return;
    this.deletedRecords.set(record.id, record);
    this.perform({ kind: "delete record", id: record.id });
  }

  /** Merges the record into its master, and takes it out of the view. */
  mergeRecord(record: SourceRecord, master: string): void {
    if (!this.model.source.has(record.id) || master === record.id || master === "") return;
    this.perform({ kind: "update record", record: { ...record, active: false, master, inView: false } });
  }

  moveAcrossView(record: SourceRecord): void {
    this.perform({ kind: "update record", record: { ...record, inView: !record.inView } });
  }

  /** Makes the record active and part of the view, or leaves it as inactive as it is asked for. */
  restoreRecord(record: SourceRecord, values: Partial<RecordValues>, active = true): void {
    const restored = { ...record, active, inView: active, values: { ...record.values, ...values } };
    this.perform({
      kind: this.model.source.has(record.id) ? "update record" : "create record",
      record: restored,
    });
  }

  /** Creates an account of another origin; its externalId is unique unless it is given. */
  createForeignAccount(name: string, some: readonly string[], n: number, externalId?: string): void {
    const rest = { name, domains: some, description: null, fields: {} };
    const id = externalId ?? `${n.toString(16).padStart(8, "0")}-0000-4000-8000-${this.uniqueIdSuffix()}`;
    if (this.model.store.withExternalId(id)) return;
    const origin = nth(["api", "csv", "manual", undefined] as const, n);
    if (origin) this.perform({ kind: "create account", account: { ...rest, origin, externalId: id } });
    else {
      const account = { ...rest, origin: "manual" as const };
      this.perform({
        kind: "create account of another organisation",
        account,
        recordId: id,
        stopReason: null,
      });
    }
  }

  /** Returns twelve digits that no other id ends with. */
  private uniqueIdSuffix(): string {
    return String(this.operations.length).padStart(12, "0");
  }

  createOpenAccount(name: string, some: readonly string[]): void {
    const rest = { description: null, fields: {}, origin: "api" as const, externalId: null };
    this.perform({ kind: "create account", account: { name, domains: some, ...rest } });
  }

  private rankOf(account: Account): number {
    return this.model.accounts().indexOf(account);
  }

  deleteAccount(account: Account, exclude = false): void {
    this.perform({ kind: "delete account", rank: this.rankOf(account), exclude });
  }

  /** Returns the accounts that can be unlinked: those of stopped links. */
  stoppedAccounts(): Account[] {
    return this.model
      .accounts()
      .filter((account) => (this.model.store.linkOfAccount(account)?.stopReason ?? null) !== null);
  }

  unlinkAccount(account: Account): void {
    this.perform({ kind: "unlink account", rank: this.rankOf(account) });
  }

  editAccount(account: Account, patch: Extract<Operation, { kind: "edit account" }>["patch"]): void {
    this.perform({ kind: "edit account", rank: this.rankOf(account), patch });
  }

  mentions(record: SourceRecord, domain: string): boolean {
    const { websiteurl, emailaddress1 } = record.values;
    const text = `${websiteurl} ${emailaddress1}`.toLowerCase();
    return text.includes(domain) || text.includes(domainToUnicode(domain));
  }
}
