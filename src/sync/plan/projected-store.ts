// The store as it would be after the decisions so far: which account has which name and domains.
// Pure. An account to be created has a negative number.

/** An account that a conflicting draft meets, as it is before the run. */
export type ExistingAccount = {
  readonly id: number;
  /** Null for an account that was merged into another, whose name does not count. */
  readonly nameKey: string | null;
  /** A record that is not linked to it may be; docs/rules.md says exactly when. */
  readonly isOpen: boolean;
  readonly domains: readonly string[];
};

type ProjectedAccount = { nameKey: string | null; isOpen: boolean; readonly domains: Set<string> };

export class ProjectedStore {
  readonly #accounts = new Map<number, ProjectedAccount>();
  readonly #holders = new Map<string, number>();
  readonly #named = new Map<string, Set<number>>();
  #created = 0;

  constructor(accounts: Iterable<ExistingAccount>) {
    for (const { id, nameKey, isOpen, domains } of accounts) {
      this.#accounts.set(id, { nameKey: null, isOpen, domains: new Set() });
      this.rename(id, nameKey);
      for (const domain of domains) this.claim(id, domain);
    }
  }

  #account(id: number): ProjectedAccount {
    const account = this.#accounts.get(id);
    if (!account) throw new Error(`The matcher was not given account ${id}.`);
    return account;
  }

  create(nameKey: string): number {
    const id = -++this.#created;
    this.#accounts.set(id, { nameKey: null, isOpen: false, domains: new Set() });
    this.rename(id, nameKey);
    return id;
  }

  markLinked(id: number): void {
    this.#account(id).isOpen = false;
  }

  isOpen(id: number): boolean {
    return this.#account(id).isOpen;
  }

  /** @param nameKey null releases the name */
  rename(id: number, nameKey: string | null): void {
    const account = this.#account(id);
    if (account.nameKey === nameKey) return;
    if (account.nameKey !== null) this.#named.get(account.nameKey)?.delete(id);
    account.nameKey = nameKey;
    if (nameKey === null) return;
    const named = this.#named.get(nameKey);
    if (named) named.add(id);
    else this.#named.set(nameKey, new Set([id]));
  }

  nameOf(id: number): string | null {
    return this.#account(id).nameKey;
  }

  accountsNamed(nameKey: string): ReadonlySet<number> {
    return this.#named.get(nameKey) ?? new Set();
  }

  holderOf(domain: string): number | undefined {
    return this.#holders.get(domain);
  }

  claim(id: number, domain: string): void {
    this.#holders.set(domain, id);
    this.#account(id).domains.add(domain);
  }

  releaseDomainsExcept(id: number, kept: readonly string[]): void {
    const { domains } = this.#account(id);
    for (const domain of domains) {
      if (kept.includes(domain)) continue;
      domains.delete(domain);
      this.#holders.delete(domain);
    }
  }
}
