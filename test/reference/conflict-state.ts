// What the conflicts of a cycle share: each reserves the records, names and domains that it needs,
// so that no other conflict changes them.
import { nameKey } from "./model-store.ts";
import type { SourceRecord } from "./organisation.ts";
import { domains, spareNames } from "./random-values.ts";
import { nth, StoryState } from "./story-state.ts";

export class ConflictState extends StoryState {
  /**
   * Records, names and domains that a conflict of this cycle needs; no other conflict may change
   * them.
   */
  private readonly reserved = new Set<string>();
  /** Records that conflicts of this cycle only refer to; none may change them. */
  private readonly readOnly = new Set<string>();

  /** Lets the conflicts of the next cycle change every record. */
  clearReservations(): void {
    this.reserved.clear();
    this.readOnly.clear();
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
    return this.reserveWithDomains(this.linkedInView(), n);
  }

  /** Reserves the nth of the records whose account has domains. */
  reserveWithDomains(records: readonly SourceRecord[], n: number): SourceRecord | undefined {
    return this.reserve(
      records.filter(({ id }) => this.domainsOf(id).length > 0),
      n,
    );
  }

  /** Reserves a record with an active link that was merged into another, or is another's master. */
  reserveMaster(n: number): SourceRecord | undefined {
    const masters = new Set(this.stopped().map(({ master }) => master));
    return this.reserve(
      this.linkedInView().filter(({ id }) => masters.has(id)),
      n,
    );
  }

  /** Reserves a record of a link that stopped as merged. */
  reserveMerged(n: number): SourceRecord | undefined {
    return this.reserve(
      this.stopped().filter(({ id }) => this.linkOf(id)?.stopReason === "merged"),
      n,
    );
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

  /** Returns the accounts that have the record's name, id or a domain. */
  private blockersOf(record: SourceRecord) {
    const wanted = nameKey(record.values.name ?? "");
    return this.model
      .accounts()
      .filter(
        (account) =>
          nameKey(account.name ?? "") === wanted ||
          account.externalId?.toLowerCase().includes(record.id) === true ||
          [...account.domains].some((domain) => this.mentions(record, domain)),
      );
  }

  /** Reserves the linked records whose accounts are in the way of the record. */
  reserveBlockers(record: SourceRecord): SourceRecord[] {
    const records = this.blockersOf(record).flatMap((account) => {
      const id = this.model.store.linkOfAccount(account)?.recordId ?? "";
      return this.model.source.get(id) ?? [];
    });
    const free = this.unreserved(records);
    for (const { id } of free) this.reserved.add(id);
    return free;
  }

  /** Deletes the accounts in the way of the record, and their records, unless they are many. */
  removeBlockers(record: SourceRecord): void {
    const { store, source } = this.model;
    const blockers = this.blockersOf(record);
    const ids = blockers.map((account) => store.linkOfAccount(account)?.recordId ?? "");
    if (blockers.length > 2 || ids.some((id) => this.reserved.has(id))) return;
    for (const id of ids) if (source.has(id)) this.perform({ kind: "delete record", id });
    for (const account of blockers) this.deleteAccount(account);
  }
}
