// The account store of the reference model: accounts in a map, each domain with one holder, links
// to records, excluded records. It is written from docs/rules.md alone and imports nothing of src,
// so that a misreading there cannot be repeated here.

export type FieldValue = string | number | boolean;
/** The origin of an externalId: a Dynamics organisation, or the way it was entered. */
export type ExternalOrigin = "api" | "csv" | "manual" | { readonly org: string };
export type StopReason = "deleted" | "deactivated" | "left-view" | "merged";

export interface Account {
  /** Accounts are numbered as they are created; the oldest has the smallest number. */
  readonly number: number;
  /** Null only within a run: released, and its draft is not decided yet. */
  name: string | null;
  readonly domains: Set<string>;
  description: string | null;
  /**
   * By custom field name; no key for an empty value. A teammate is its e-mail address, an instant ISO
   * 8601 text.
   */
  fields: Record<string, FieldValue>;
  externalId: string | null;
  externalOrigin: ExternalOrigin | null;
  /** How the account was created; never changes. */
  readonly origin: "dynamics" | "api" | "csv" | "manual";
}

export interface Link {
  readonly org: string;
  /** Lower case. */
  readonly recordId: string;
  readonly account: Account;
  /** Null while active. */
  stopReason: StopReason | null;
  /** The account that the record was merged into, of a link that stopped as merged. */
  mergedInto: Account | null;
}

/** The value of a field whose teammate was removed. */
export const REMOVED_TEAMMATE = "(gone)";

/** Shows nothing: format and control characters, and what a font may ignore, except for letters. */
function isInvisible(character: string): boolean {
  if (/\p{L}/u.test(character)) return false;
  if (/\p{Cc}/u.test(character)) return character.trim() !== "";
  return /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(character);
}

/** The Hangul fillers and the Braille pattern without dots look like a blank. */
const LOOKS_BLANK = new Set(["\u115f", "\u1160", "\u3164", "\uffa0", "\u2800"]);

export function isBlank(text: string): boolean {
  return Array.from(text).every(
    (character) => character.trim() === "" || isInvisible(character) || LOOKS_BLANK.has(character),
  );
}

/** Empty for a blank name. */
export function nameKey(name: string): string {
  if (isBlank(name)) return "";
  const visible = Array.from(name)
    .filter((character) => !isInvisible(character))
    .join("");
  return visible.normalize("NFC").trim().toLowerCase();
}

/**
 * The key that externalIds are compared by: people copy ids in either case, with and without
 * braces.
 */
function idKey(id: string): string {
  return id.toLowerCase().replace(/^\{+|\}+$/gu, "");
}

export class ModelStore {
  readonly accounts = new Map<number, Account>();
  readonly teammates = new Set<string>();
  readonly excluded = new Set<string>();
  private readonly holders = new Map<string, Account>();
  private readonly byNameKey = new Map<string, Set<Account>>();
  private readonly linksByRecord = new Map<string, Link>();
  private readonly linksByAccount = new Map<Account, Link>();
  private readonly byExternalId = new Map<string, Account>();
  private lastNumber = 0;

  copy(): ModelStore {
    const copy = new ModelStore();
    copy.lastNumber = this.lastNumber;
    for (const email of this.teammates) copy.teammates.add(email);
    for (const id of this.excluded) copy.excluded.add(id);
    for (const old of this.accounts.values()) {
      const account: Account = { ...old, domains: new Set<string>(), fields: { ...old.fields }, name: null };
      copy.insert(account, old.name, old.domains);
    }
    for (const link of this.linksByRecord.values()) copy.putLink({ ...link, ...copy.accountsOf(link) });
    return copy;
  }

  /** Returns this store's accounts instead of those of another one. */
  private accountsOf({ account, mergedInto }: Link): Pick<Link, "account" | "mergedInto"> {
    const own = this.accounts.get(account.number);
    if (!own) throw new Error(`The account ${account.number} was not copied.`);
    return { account: own, mergedInto: (mergedInto && this.accounts.get(mergedInto.number)) ?? null };
  }

  private insert(account: Account, name: string | null, domains: Iterable<string>): void {
    this.accounts.set(account.number, account);
    this.rename(account, name);
    for (const domain of domains) this.assignDomain(account, domain);
    if (account.externalId !== null) this.byExternalId.set(idKey(account.externalId), account);
  }

  add(values: {
    name: string;
    domains: Iterable<string>;
    description?: string | null;
    fields?: Record<string, FieldValue>;
    origin: Account["origin"];
    externalId?: string | null;
    externalOrigin?: ExternalOrigin | null;
  }): Account {
    const account: Account = {
      number: ++this.lastNumber,
      name: null,
      domains: new Set<string>(),
      description: values.description ?? null,
      fields: { ...values.fields },
      externalId: values.externalId ?? null,
      externalOrigin: values.externalOrigin ?? null,
      origin: values.origin,
    };
    this.insert(account, values.name, values.domains);
    return account;
  }

  remove(account: Account): void {
    this.rename(account, null);
    for (const domain of account.domains) this.releaseDomain(account, domain);
    if (account.externalId !== null) this.byExternalId.delete(idKey(account.externalId));
    const link = this.linksByAccount.get(account);
    if (link) this.unlink(link);
    for (const other of this.linksByRecord.values())
      if (other.mergedInto === account) other.mergedInto = null;
    this.accounts.delete(account.number);
  }

  rename(account: Account, name: string | null): void {
    if (account.name !== null) this.byNameKey.get(nameKey(account.name))?.delete(account);
    account.name = name;
    if (name === null) return;
    const key = nameKey(name);
    this.byNameKey.set(key, (this.byNameKey.get(key) ?? new Set()).add(account));
  }

  holder(domain: string): Account | undefined {
    return this.holders.get(domain);
  }

  assignDomain(account: Account, domain: string): void {
    if (this.holders.has(domain)) throw new Error(`${domain} would belong to two accounts`);
    this.holders.set(domain, account);
    account.domains.add(domain);
  }

  releaseDomain(account: Account, domain: string): void {
    this.holders.delete(domain);
    account.domains.delete(domain);
  }

  /** Oldest first. */
  withNameKey(key: string): Account[] {
    return [...(this.byNameKey.get(key) ?? [])].toSorted((a, b) => a.number - b.number);
  }

  withExternalId(id: string): Account | undefined {
    return this.byExternalId.get(idKey(id));
  }

  linkOfRecord(org: string, recordId: string): Link | undefined {
    return this.linksByRecord.get(`${org} ${recordId}`);
  }

  linkOfAccount(account: Account): Link | undefined {
    return this.linksByAccount.get(account);
  }

  linksOf(org: string): Link[] {
    return [...this.linksByRecord.values()].filter((link) => link.org === org);
  }

  /** Links an account to a record; the account's externalId becomes the record's id. */
  link(org: string, recordId: string, account: Account, stopReason: StopReason | null = null): void {
    if (account.externalId !== null) this.byExternalId.delete(idKey(account.externalId));
    account.externalId = recordId;
    account.externalOrigin = { org };
    this.byExternalId.set(recordId, account);
    this.putLink({ org, recordId, account, stopReason, mergedInto: null });
  }

  /** Unlinks an account as an admin does: it loses its externalId too, and is open. */
  unlinkByHand(link: Link): void {
    const { account } = link;
    if (account.externalId !== null) this.byExternalId.delete(idKey(account.externalId));
    account.externalId = null;
    account.externalOrigin = null;
    this.unlink(link);
  }

  private putLink(link: Link): void {
    this.linksByRecord.set(`${link.org} ${link.recordId}`, link);
    this.linksByAccount.set(link.account, link);
  }

  unlink(link: Link): void {
    this.linksByRecord.delete(`${link.org} ${link.recordId}`);
    this.linksByAccount.delete(link.account);
  }

  /**
   * Fields refer to the teammate, not to the address: they stay empty until the next run even if
   * somebody else joins with it.
   */
  removeTeammate(email: string): void {
    this.teammates.delete(email);
    for (const account of this.accounts.values())
      for (const [field, value] of Object.entries(account.fields))
        if (value === email) account.fields[field] = REMOVED_TEAMMATE;
  }
}
