// The state of a story: which records and accounts there are by their state (linked, stopped,
// refused), and the operations on them. Each operation changes the model at once and is kept for
// the real sync.
import { domainToUnicode } from "node:url";
import { nameKey, type Account } from "./model-store.ts";
import type { ModelSync } from "./model-sync.ts";
import type { Operation } from "./operations.ts";
import { ORG, type RecordValues, type SourceRecord } from "./organisation.ts";
import { domains, recordId, RECORDS, spareNames } from "./random-values.ts";
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
  /**
   * Records, names and domains that a conflict of this cycle needs; no other conflict may change
   * them.
   */
  private readonly reserved = new Set<string>();
  /** Records that conflicts of this cycle only refer to; none may change them. */
  private readonly readOnly = new Set<string>();
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

  private unreserved(records: readonly SourceRecord[]): SourceRecord[] {
    return records.filter(({ id }) => !this.reserved.has(id) && !this.readOnly.has(id));
  }

  /** Reserves the nth of the records that no conflict needs. */
  reserve(records: readonly SourceRecord[], n: number): SourceRecord | undefined {
    const record = nth(this.unreserved(records), n);
    if (record) this.reserved.add(record.id);
    return record;
  }

  /** Makes the nth of the records read-only; other conflicts may refer to it too. */
  reserveReadOnly(records: readonly SourceRecord[], n: number): SourceRecord | undefined {
    const record = nth(
      records.filter(({ id }) => !this.reserved.has(id)),
      n,
    );
    if (record) this.readOnly.add(record.id);
    return record;
  }

  reserveLinked(n: number): SourceRecord | undefined {
    return this.reserve(this.linkedInView(), n);
  }

  reserveLinkedWithDomains(n: number): SourceRecord | undefined {
    return this.reserve(
      this.linkedInView().filter(({ id }) => this.domainsOf(id).length > 0),
      n,
    );
  }

  /** Returns the domains of the account that the record is linked to. */
  domainsOf(id: string): string[] {
    return [...(this.linkOf(id)?.account.domains ?? [])];
  }

  /** Returns linked records whose name no open account has. */
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

  /** Returns the records of stopped links; deleted ones as they were before. */
  stopped(): SourceRecord[] {
    return this.model.store.linksOf(ORG).flatMap(({ recordId: id, stopReason }) => {
      const record = this.model.source.get(id) ?? this.deletedRecords.get(id);
      return record && stopReason !== null ? [record] : [];
    });
  }

  stoppedWithDomains(): SourceRecord[] {
    return this.stopped().filter(({ id }) => this.domainsOf(id).length > 0);
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
      inView: made.inView,
      values: { ...made.values, ...values },
    };
    this.perform({ kind: "create record", record });
    return id;
  }

  /** A deactivated record is taken out of the view too, so that no selection includes it. */
  removeRecord(record: SourceRecord, how: "delete" | "deactivate"): void {
    if (how === "deactivate") {
      this.perform({ kind: "update record", record: { ...record, active: false, inView: false } });
    } else if (this.model.source.has(record.id)) {
      this.deletedRecords.set(record.id, record);
      this.perform({ kind: "delete record", id: record.id });
    }
  }

  restoreRecord(record: SourceRecord, values: Partial<RecordValues>): void {
    const restored = { ...record, active: true, inView: true, values: { ...record.values, ...values } };
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

  deleteAccount(account: Account): void {
    this.perform({ kind: "delete account", rank: this.model.accounts().indexOf(account), exclude: false });
  }

  mentions(record: SourceRecord, domain: string): boolean {
    const { websiteurl, emailaddress1 } = record.values;
    const text = `${websiteurl} ${emailaddress1}`.toLowerCase();
    return text.includes(domain) || text.includes(domainToUnicode(domain));
  }

  /** Reserves a domain that no account has and no record mentions. */
  reserveFreeDomain(n: number): string | undefined {
    const { store } = this.model;
    const records = this.records();
    const free = domains.filter(
      (domain) =>
        !this.reserved.has(domain) &&
        store.holder(domain) === undefined &&
        !records.some((record) => this.mentions(record, domain)),
    );
    const domain = nth(free, n);
    if (domain !== undefined) this.reserved.add(domain);
    return domain;
  }

  /** Reserves a name that no account and no record has. */
  reserveFreeName(n: number): string | undefined {
    const records = new Set(this.records().map(({ values }) => nameKey(values.name ?? "")));
    const free = spareNames.filter((name) => {
      const key = nameKey(name);
      return !this.reserved.has(key) && !records.has(key) && this.model.store.withNameKey(key).length === 0;
    });
    const name = nth(free, n);
    if (name !== undefined) this.reserved.add(nameKey(name));
    return name;
  }

  /** Returns a domain of a linked account, whose record becomes read-only. */
  reserveLinkedDomain(n: number): string | undefined {
    const domain = nth(
      domains.filter((one) => {
        const holder = this.linkedRecordWith(one);
        return holder?.inView && this.mentions(holder, one) && !this.reserved.has(holder.id);
      }),
      n,
    );
    const holder = this.linkedRecordWith(domain);
    if (holder) this.readOnly.add(holder.id);
    return domain;
  }

  /** Returns the linked record whose account has the domain. */
  private linkedRecordWith(domain: string | undefined): SourceRecord | undefined {
    const holder = domain === undefined ? undefined : this.model.store.holder(domain);
    const link = holder && this.model.store.linkOfAccount(holder);
    return link?.stopReason === null ? this.model.source.get(link.recordId) : undefined;
  }

  /**
   * Deletes the accounts, and their records, that have the record's name, id or a domain, unless they
   * are many.
   */
  removeBlockers(record: SourceRecord): void {
    const wanted = nameKey(record.values.name ?? "");
    const { store } = this.model;
    const blockers = this.model
      .accounts()
      .filter(
        (account) =>
          nameKey(account.name ?? "") === wanted ||
          account.externalId?.toLowerCase().includes(record.id) === true ||
          [...account.domains].some((domain) => this.mentions(record, domain)),
      );
    const ids = blockers.map((account) => store.linkOfAccount(account)?.recordId ?? "");
    if (blockers.length > 2 || ids.some((id) => this.reserved.has(id))) return;
    for (const id of ids) if (this.model.source.has(id)) this.perform({ kind: "delete record", id });
    for (const account of blockers) this.deleteAccount(account);
  }

  /** Lets the conflicts of the next cycle change every record. */
  clearReservations(): void {
    this.reserved.clear();
    this.readOnly.clear();
  }

  editAccount(account: Account, patch: Extract<Operation, { kind: "edit account" }>["patch"]): void {
    this.perform({ kind: "edit account", rank: this.model.accounts().indexOf(account), patch });
  }
}
