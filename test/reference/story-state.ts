// Who is there at a moment of a story, by the part they play, and the small things that can happen to one of them.
// Whatever happens, happens to the model at once and is noted as a deed, for the real line to do the same.
import { domainToUnicode } from "node:url";
import { domains, names, recordId, RECORDS, spareNames, type NewRecord } from "./random-stories.ts";
import { ORG, type Operation, type ModelSync, type RecordValues, type SourceRecord } from "./model-sync.ts";
import { nameKey, type Account } from "./model-store.ts";

const CREATED = ["2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", "2021-06-30T12:00:00Z"];
export const EARLIEST = "2019-12-31T23:59:59Z";
/** So many refused records wait at most, at the start of a chapter of knots. */
const MAX_UNLINKED = 12;
/** So many names and domains are free at the start of a chapter of knots. */
const FREE_COUNT = 4;
export const LATEST = "2024-02-29T00:00:00Z";

export type EditOperation = Exclude<Operation, { deed: "run" }>;

/** The nth of a list, counted around; none of an empty one. */
export function nth<T>(list: readonly T[], n: number): T | undefined {
  return list[n % list.length];
}

export class StoryState {
  readonly model: ModelSync;
  /** What happened, oldest first. */
  readonly operations: EditOperation[] = [];
  /** Records, names and domains that a knot of this chapter needs as it left them: no other knot takes them. */
  private readonly reserved = new Set<string>();
  /** Records that knots look at: they stay as they are. */
  private readonly readOnly = new Set<string>();
  /** Deleted records as they were, so that they can be restored. */
  private readonly deletedRecords = new Map<string, SourceRecord>();

  constructor(stage: ModelSync) {
    this.model = stage;
  }

  perform(operation: EditOperation): void {
    this.model.perform(operation);
    this.operations.push(operation);
  }

  records(): SourceRecord[] {
    return [...this.model.source.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  private linkOf(id: string) {
    return this.model.store.linkOfRecord(ORG, id);
  }

  /** Records that are there, active, and linked to an account of ours. */
  linked(): SourceRecord[] {
    return this.records().filter(({ id, active }) => active && this.linkOf(id)?.stopReason === null);
  }

  /** Linked records that any selection brings. */
  private linkedInView(): SourceRecord[] {
    return this.linked().filter(({ inView }) => inView);
  }

  private unreserved(records: readonly SourceRecord[]): SourceRecord[] {
    return records.filter(({ id }) => !this.reserved.has(id) && !this.readOnly.has(id));
  }

  /** The nth of some records that no knot needs yet; from now on one does. */
  reserve(records: readonly SourceRecord[], n: number): SourceRecord | undefined {
    const record = nth(this.unreserved(records), n);
    if (record) this.reserved.add(record.id);
    return record;
  }

  /** The nth of some records that stay as they are; other knots may look at it too. */
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

  /** The domains that the account of a record has. */
  domainsOf(id: string): string[] {
    return [...(this.linkOf(id)?.account.domains ?? [])];
  }

  /** Linked records whose name no open account has. */
  linkedWithUniqueName(): SourceRecord[] {
    const { store } = this.model;
    return this.linkedInView().filter(({ values }) => {
      const namesakes = store.withNameKey(nameKey(values.name ?? ""));
      return (
        namesakes.length > 0 &&
        namesakes.every((account) => store.linkOfAccount(account)?.stopReason === null)
      );
    });
  }

  /** Records that are there, active, and not linked. */
  unlinked(): SourceRecord[] {
    return this.records().filter(({ id, active }) => active && !this.linkOf(id));
  }

  /** Records that an account of ours waits for; the deleted ones as they were. */
  stopped(): SourceRecord[] {
    return this.model.store.linksOf(ORG).flatMap(({ recordId: id, stopReason }) => {
      const record = this.model.source.get(id) ?? this.deletedRecords.get(id);
      return record && stopReason !== null ? [record] : [];
    });
  }

  stoppedWithDomains(): SourceRecord[] {
    return this.stopped().filter(({ id }) => this.domainsOf(id).length > 0);
  }

  /** Records that the last run refused because of an account of ours. */
  refused(): SourceRecord[] {
    return this.unlinked().filter(({ id, inView }) => inView && this.model.refused.has(id));
  }

  updateRecord(record: SourceRecord, values: Partial<RecordValues>): void {
    this.perform({ deed: "record changed", record: { ...record, values: { ...record.values, ...values } } });
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

  /** A record under the first id that is free; nothing when all are used up. */
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
    this.perform({ deed: "record made", record });
    return id;
  }

  /** Hidden: inactive and in no view, so that it leaves whatever the selection is. */
  removeRecord(record: SourceRecord, how: "delete" | "hide"): void {
    if (how === "hide") {
      this.perform({ deed: "record changed", record: { ...record, active: false, inView: false } });
    } else if (this.model.source.has(record.id)) {
      this.deletedRecords.set(record.id, record);
      this.perform({ deed: "record deleted", id: record.id });
    }
  }

  restoreRecord(record: SourceRecord, values: Partial<RecordValues>): void {
    const restored = { ...record, active: true, inView: true, values: { ...record.values, ...values } };
    this.perform({
      deed: this.model.source.has(record.id) ? "record changed" : "record made",
      record: restored,
    });
  }

  /** An account of another origin, under an externalId of nobody else if none is given. */
  createForeignAccount(name: string, some: readonly string[], n: number, externalId?: string): void {
    const rest = { name, domains: some, description: null, fields: {} };
    const id = externalId ?? `${n.toString(16).padStart(8, "0")}-0000-4000-8000-${this.uniqueIdSuffix()}`;
    if (this.model.store.withExternalId(id)) return;
    const origin = nth(["api", "csv", "manual", undefined] as const, n);
    if (origin) this.perform({ deed: "account made", account: { ...rest, origin, externalId: id } });
    else {
      const account = { ...rest, origin: "manual" as const };
      this.perform({ deed: "account made by another organisation", account, recordId: id, stopReason: null });
    }
  }

  /** Twelve digits that stand at the end of no other id. */
  private uniqueIdSuffix(): string {
    return String(this.operations.length).padStart(12, "0");
  }

  createOpenAccount(name: string, some: readonly string[]): void {
    const rest = { description: null, fields: {}, origin: "api" as const, externalId: null };
    this.perform({ deed: "account made", account: { name, domains: some, ...rest } });
  }

  deleteAccount(account: Account): void {
    this.perform({ deed: "account deleted", rank: this.model.accounts().indexOf(account), exclude: false });
  }

  private mentions(record: SourceRecord, domain: string): boolean {
    const { websiteurl, emailaddress1 } = record.values;
    const text = `${websiteurl} ${emailaddress1}`.toLowerCase();
    return text.includes(domain) || text.includes(domainToUnicode(domain));
  }

  /** A domain that no account has and no record speaks of; from now on a knot needs it. */
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

  /** A name that no account and no record has; from now on a knot needs it. */
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

  /** A domain of a linked account that keeps it in this chapter. */
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

  /** The linked record whose account has the domain. */
  private linkedRecordWith(domain: string | undefined): SourceRecord | undefined {
    const holder = domain === undefined ? undefined : this.model.store.holder(domain);
    const link = holder && this.model.store.linkOfAccount(holder);
    return link?.stopReason === null ? this.model.source.get(link.recordId) : undefined;
  }

  /** Whoever has a name or domain that a record wants goes, at the source and here, unless they are many. */
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
    for (const id of ids) if (this.model.source.has(id)) this.perform({ deed: "record deleted", id });
    for (const account of blockers) this.deleteAccount(account);
  }

  /**
   * Forgets the knots of the last chapter and lays out those of the next: half of the domains and names are nobody's, here
   * and there; each other domain is a linked account's, as its record says.
   */
  freeNamesAndDomains(n: number): void {
    this.reserved.clear();
    this.readOnly.clear();
    for (const { id } of this.unlinked().slice(MAX_UNLINKED)) this.perform({ deed: "record deleted", id });
    const freed: string[] = domains.filter((_, index) => (index + n) % domains.length < FREE_COUNT);
    const freedNames = new Set(
      spareNames.filter((_, index) => (index + n) % spareNames.length < FREE_COUNT).map(nameKey),
    );
    for (const record of this.records()) {
      const named = freedNames.has(nameKey(record.values.name ?? ""));
      const spoken = freed.some((domain) => this.mentions(record, domain));
      if (!named && !spoken) continue;
      this.updateRecord(record, {
        ...(named ? { name: nth(names, n) ?? null } : {}),
        ...(spoken ? { websiteurl: null, emailaddress1: null } : {}),
      });
    }
    for (const account of this.model.accounts()) {
      const named = freedNames.has(nameKey(account.name ?? ""));
      const kept = [...account.domains].filter((domain) => !freed.includes(domain));
      if (!named && kept.length === account.domains.size) continue;
      this.editAccount(account, { ...(named ? { name: nth(names, n) ?? "" } : {}), domains: kept });
    }
    for (const domain of domains) if (!freed.includes(domain)) this.assignToLinked(domain);
  }

  private assignToLinked(domain: string): void {
    const holder = this.model.store.holder(domain);
    if (holder && this.model.store.linkOfAccount(holder)) return;
    const record = this.linkedInView().find(({ id }) => this.domainsOf(id).length === 0);
    const account = record && this.linkOf(record.id)?.account;
    if (!account) return;
    if (holder) this.editAccount(holder, { domains: [...holder.domains].filter((one) => one !== domain) });
    this.editAccount(account, { domains: [domain] });
    this.updateRecord(record, { websiteurl: domain, emailaddress1: null });
  }

  private editAccount(
    account: Account,
    patch: Extract<EditOperation, { deed: "account edited" }>["patch"],
  ): void {
    this.perform({ deed: "account edited", rank: this.model.accounts().indexOf(account), patch });
  }
}
