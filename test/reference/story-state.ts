// Who is there at a moment of a story, by the part they play, and the small things that can happen to one of them.
// Whatever happens, happens to the model at once and is noted as a deed, for the real line to do the same.
import { domainToUnicode } from "node:url";
import { domains, names, recordId, RECORDS, strangers, type NewRecord } from "./random-stories.ts";
import { ORG, type Deed, type ModelStage, type RecordValues, type SourceRecord } from "./model-sync.ts";
import { nameKey, type Account } from "./model-store.ts";

const CREATED = ["2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", "2021-06-30T12:00:00Z"];
export const EARLIEST = "2019-12-31T23:59:59Z";
/** So many refused records wait at most, at the start of a chapter of knots. */
const MANY = 12;
/** So many names and domains are free at the start of a chapter of knots. */
const ROOM = 4;
export const LATEST = "2024-02-29T00:00:00Z";

export type EditDeed = Exclude<Deed, { deed: "run" }>;

/** The nth of a list, counted around; none of an empty one. */
export function nth<T>(list: readonly T[], n: number): T | undefined {
  return list[n % list.length];
}

export class Cast {
  readonly stage: ModelStage;
  /** What happened, oldest first. */
  readonly deeds: EditDeed[] = [];
  /** Records, names and domains that a knot of this chapter needs as it left them: no other knot takes them. */
  private readonly tied = new Set<string>();
  /** Records that knots look at: they stay as they are. */
  private readonly kept = new Set<string>();
  /** Deleted records as they were, so that they can be restored. */
  private readonly bin = new Map<string, SourceRecord>();

  constructor(stage: ModelStage) {
    this.stage = stage;
  }

  act(deed: EditDeed): void {
    this.stage.does(deed);
    this.deeds.push(deed);
  }

  present(): SourceRecord[] {
    return [...this.stage.source.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  private linkOf(id: string) {
    return this.stage.world.linkOfRecord(ORG, id);
  }

  /** Records that are there, active, and linked to an account of ours. */
  linked(): SourceRecord[] {
    return this.present().filter(({ id, active }) => active && this.linkOf(id)?.left === null);
  }

  /** Linked records that any selection brings. */
  private seen(): SourceRecord[] {
    return this.linked().filter(({ inView }) => inView);
  }

  private free(records: readonly SourceRecord[]): SourceRecord[] {
    return records.filter(({ id }) => !this.tied.has(id) && !this.kept.has(id));
  }

  /** The nth of some records that no knot needs yet; from now on one does. */
  take(records: readonly SourceRecord[], n: number): SourceRecord | undefined {
    const record = nth(this.free(records), n);
    if (record) this.tied.add(record.id);
    return record;
  }

  /** The nth of some records that stay as they are; other knots may look at it too. */
  keep(records: readonly SourceRecord[], n: number): SourceRecord | undefined {
    const record = nth(
      records.filter(({ id }) => !this.tied.has(id)),
      n,
    );
    if (record) this.kept.add(record.id);
    return record;
  }

  takeLinked(n: number): SourceRecord | undefined {
    return this.take(this.seen(), n);
  }

  takeLinkedWithDomains(n: number): SourceRecord | undefined {
    return this.take(
      this.seen().filter(({ id }) => this.domainsOf(id).length > 0),
      n,
    );
  }

  /** The domains that the account of a record has. */
  domainsOf(id: string): string[] {
    return [...(this.linkOf(id)?.account.domains ?? [])];
  }

  /** Linked records whose name no open account has. */
  linkedWithOwnName(): SourceRecord[] {
    const { world } = this.stage;
    return this.seen().filter(({ values }) => {
      const namesakes = world.withNameKey(nameKey(values.name ?? ""));
      return (
        namesakes.length > 0 && namesakes.every((account) => world.linkOfAccount(account)?.left === null)
      );
    });
  }

  /** Records that are there, active, and not linked. */
  unlinked(): SourceRecord[] {
    return this.present().filter(({ id, active }) => active && !this.linkOf(id));
  }

  /** Records that an account of ours waits for; the deleted ones as they were. */
  away(): SourceRecord[] {
    return this.stage.world.linksOf(ORG).flatMap(({ recordId: id, left }) => {
      const record = this.stage.source.get(id) ?? this.bin.get(id);
      return record && left !== null ? [record] : [];
    });
  }

  awayWithDomains(): SourceRecord[] {
    return this.away().filter(({ id }) => this.domainsOf(id).length > 0);
  }

  /** Records that the last run refused because of an account of ours. */
  refused(): SourceRecord[] {
    return this.unlinked().filter(({ id, inView }) => inView && this.stage.refused.has(id));
  }

  change(record: SourceRecord, values: Partial<RecordValues>): void {
    this.act({ deed: "record changed", record: { ...record, values: { ...record.values, ...values } } });
  }

  swap(
    a: SourceRecord | undefined,
    b: SourceRecord | undefined,
    columns: readonly (keyof RecordValues)[],
  ): void {
    if (!a || !b || a === b) return;
    this.change(a, Object.fromEntries(columns.map((column) => [column, b.values[column]])));
    this.change(b, Object.fromEntries(columns.map((column) => [column, a.values[column]])));
  }

  /** A record under the first id that is free; nothing when all are used up. */
  makeRecord(
    made: NewRecord,
    values: Partial<RecordValues> = {},
    created = CREATED[made.createdon],
  ): string | undefined {
    const ids = Array.from({ length: RECORDS }, (_, index) => recordId(index));
    const id = ids.find((one) => !this.stage.source.has(one) && !this.linkOf(one));
    if (id === undefined || created === undefined) return undefined;
    const record = {
      id,
      createdon: created,
      active: true,
      inView: made.inView,
      values: { ...made.values, ...values },
    };
    this.act({ deed: "record made", record });
    return id;
  }

  /** Hidden: inactive and in no view, so that it leaves whatever the selection is. */
  sendAway(record: SourceRecord, how: "delete" | "hide"): void {
    if (how === "hide") {
      this.act({ deed: "record changed", record: { ...record, active: false, inView: false } });
    } else if (this.stage.source.has(record.id)) {
      this.bin.set(record.id, record);
      this.act({ deed: "record deleted", id: record.id });
    }
  }

  bringBack(record: SourceRecord, values: Partial<RecordValues>): void {
    const back = { ...record, active: true, inView: true, values: { ...record.values, ...values } };
    this.act({ deed: this.stage.source.has(record.id) ? "record changed" : "record made", record: back });
  }

  /** An account of another origin, under an externalId of nobody else if none is given. */
  foreignAccount(name: string, some: readonly string[], n: number, externalId?: string): void {
    const rest = { name, domains: some, description: null, fields: {} };
    const id = externalId ?? `${n.toString(16).padStart(8, "0")}-0000-4000-8000-${this.unusedNumber()}`;
    if (this.stage.world.withExternalId(id)) return;
    const origin = nth(["api", "csv", "manual", undefined] as const, n);
    if (origin) this.act({ deed: "account made", account: { ...rest, origin, externalId: id } });
    else {
      const account = { ...rest, origin: "manual" as const };
      this.act({ deed: "account made by another organisation", account, recordId: id, left: null });
    }
  }

  /** Twelve digits that stand at the end of no other id. */
  private unusedNumber(): string {
    return String(this.deeds.length).padStart(12, "0");
  }

  openAccount(name: string, some: readonly string[]): void {
    const rest = { description: null, fields: {}, origin: "api" as const, externalId: null };
    this.act({ deed: "account made", account: { name, domains: some, ...rest } });
  }

  deleteAccount(account: Account): void {
    this.act({ deed: "account deleted", rank: this.stage.accounts().indexOf(account), exclude: false });
  }

  private mentions(record: SourceRecord, domain: string): boolean {
    const { websiteurl, emailaddress1 } = record.values;
    const text = `${websiteurl} ${emailaddress1}`.toLowerCase();
    return text.includes(domain) || text.includes(domainToUnicode(domain));
  }

  /** A domain that no account has and no record speaks of; from now on a knot needs it. */
  freeDomain(n: number): string | undefined {
    const { world } = this.stage;
    const records = this.present();
    const free = domains.filter(
      (domain) =>
        !this.tied.has(domain) &&
        world.holder(domain) === undefined &&
        !records.some((record) => this.mentions(record, domain)),
    );
    const domain = nth(free, n);
    if (domain !== undefined) this.tied.add(domain);
    return domain;
  }

  /** A name that no account and no record has; from now on a knot needs it. */
  freeName(n: number): string | undefined {
    const records = new Set(this.present().map(({ values }) => nameKey(values.name ?? "")));
    const free = strangers.filter((name) => {
      const key = nameKey(name);
      return !this.tied.has(key) && !records.has(key) && this.stage.world.withNameKey(key).length === 0;
    });
    const name = nth(free, n);
    if (name !== undefined) this.tied.add(nameKey(name));
    return name;
  }

  /** A domain of a linked account that keeps it in this chapter. */
  takenDomain(n: number): string | undefined {
    const domain = nth(
      domains.filter((one) => {
        const holder = this.holderOf(one);
        return holder?.inView && this.mentions(holder, one) && !this.tied.has(holder.id);
      }),
      n,
    );
    const holder = this.holderOf(domain);
    if (holder) this.kept.add(holder.id);
    return domain;
  }

  /** The linked record whose account has the domain. */
  private holderOf(domain: string | undefined): SourceRecord | undefined {
    const holder = domain === undefined ? undefined : this.stage.world.holder(domain);
    const link = holder && this.stage.world.linkOfAccount(holder);
    return link?.left === null ? this.stage.source.get(link.recordId) : undefined;
  }

  /** Whoever has a name or domain that a record wants goes, at the source and here, unless they are many. */
  clearTheWay(record: SourceRecord): void {
    const wanted = nameKey(record.values.name ?? "");
    const { world } = this.stage;
    const inTheWay = this.stage
      .accounts()
      .filter(
        (account) =>
          nameKey(account.name ?? "") === wanted ||
          account.externalId?.toLowerCase().includes(record.id) === true ||
          [...account.domains].some((domain) => this.mentions(record, domain)),
      );
    const ids = inTheWay.map((account) => world.linkOfAccount(account)?.recordId ?? "");
    if (inTheWay.length > 2 || ids.some((id) => this.tied.has(id))) return;
    for (const id of ids) if (this.stage.source.has(id)) this.act({ deed: "record deleted", id });
    for (const account of inTheWay) this.deleteAccount(account);
  }

  /**
   * Forgets the knots of the last chapter and lays out those of the next: half of the domains and names are nobody's, here
   * and there; each other domain is a linked account's, as its record says.
   */
  makeRoom(n: number): void {
    this.tied.clear();
    this.kept.clear();
    for (const { id } of this.unlinked().slice(MANY)) this.act({ deed: "record deleted", id });
    const freed: string[] = domains.filter((_, index) => (index + n) % domains.length < ROOM);
    const freedNames = new Set(
      strangers.filter((_, index) => (index + n) % strangers.length < ROOM).map(nameKey),
    );
    for (const record of this.present()) {
      const named = freedNames.has(nameKey(record.values.name ?? ""));
      const spoken = freed.some((domain) => this.mentions(record, domain));
      if (!named && !spoken) continue;
      this.change(record, {
        ...(named ? { name: nth(names, n) ?? null } : {}),
        ...(spoken ? { websiteurl: null, emailaddress1: null } : {}),
      });
    }
    for (const account of this.stage.accounts()) {
      const named = freedNames.has(nameKey(account.name ?? ""));
      const kept = [...account.domains].filter((domain) => !freed.includes(domain));
      if (!named && kept.length === account.domains.size) continue;
      this.edit(account, { ...(named ? { name: nth(names, n) ?? "" } : {}), domains: kept });
    }
    for (const domain of domains) if (!freed.includes(domain)) this.giveToLinked(domain);
  }

  private giveToLinked(domain: string): void {
    const holder = this.stage.world.holder(domain);
    if (holder && this.stage.world.linkOfAccount(holder)) return;
    const record = this.seen().find(({ id }) => this.domainsOf(id).length === 0);
    const account = record && this.linkOf(record.id)?.account;
    if (!account) return;
    if (holder) this.edit(holder, { domains: [...holder.domains].filter((one) => one !== domain) });
    this.edit(account, { domains: [domain] });
    this.change(record, { websiteurl: domain, emailaddress1: null });
  }

  private edit(account: Account, patch: Extract<EditDeed, { deed: "account edited" }>["patch"]): void {
    this.act({ deed: "account edited", rank: this.stage.accounts().indexOf(account), patch });
  }
}
