// Match: which account of ours each contested draft goes to, in order, until nothing moves (rules 2–5; docs/rules.md).
// Pure. Only drafts that meet somebody come here: a draft that shares no name and no domain with another draft or an account
// is simply created, and a linked one that claims nothing new stays where it is.
import type { SyncOptions } from "../../settings/sync-settings.ts";

/** A draft that is not skipped beforehand, in the order of createdon and id. */
export type ConflictingDraft = {
  readonly id: string;
  readonly nameKey: string;
  /** In mapping order; empty when domains are not mapped. */
  readonly domains: readonly string[];
  /** The account its link names, active or departed. */
  readonly linkedTo: number | null;
  /** An account carries this record's id as externalId from another origin. */
  readonly heldByOtherSource: boolean;
};

/** An account that a contested draft meets, as it stands before the run. */
export type ExistingAccount = {
  readonly id: number;
  readonly nameKey: string;
  /** Linked, or with an externalId of another origin; docs/rules.md says exactly when. */
  readonly taken: boolean;
  readonly domains: readonly string[];
};

export type MatchOptions = Readonly<SyncOptions> & { readonly domainsMapped: boolean };

export type MatchSkipReason = "linked-to-other-source" | "domain-linked-elsewhere" | "name-in-use";

export type Match =
  | {
      readonly kind: "linked" | "domain" | "name";
      readonly accountId: number;
      readonly domains: readonly string[];
      readonly unavailableDomains: readonly string[];
    }
  | {
      readonly kind: "create";
      readonly domains: readonly string[];
      readonly unavailableDomains: readonly string[];
    }
  | { readonly kind: "refused"; readonly reason: MatchSkipReason; readonly value: string };

/** The store as it would be after what was decided so far. An account to be created gets a number below zero. */
class ProjectedStore {
  readonly #accounts = new Map<number, { nameKey: string | null; taken: boolean; domains: Set<string> }>();
  readonly #holders = new Map<string, number>();
  readonly #named = new Map<string, Set<number>>();
  #created = 0;

  constructor(accounts: Iterable<ExistingAccount>) {
    for (const { id, nameKey, taken, domains } of accounts) {
      this.#accounts.set(id, { nameKey: null, taken, domains: new Set() });
      this.rename(id, nameKey);
      for (const domain of domains) this.claim(id, domain);
    }
  }

  #account(id: number): { nameKey: string | null; taken: boolean; domains: Set<string> } {
    const account = this.#accounts.get(id);
    if (!account) throw new Error(`The matcher was not told of account ${id}.`);
    return account;
  }

  create(nameKey: string): number {
    const id = -++this.#created;
    this.#accounts.set(id, { nameKey: null, taken: true, domains: new Set() });
    this.rename(id, nameKey);
    return id;
  }

  markTaken(id: number): void {
    this.#account(id).taken = true;
  }

  isTaken(id: number): boolean {
    return this.#account(id).taken;
  }

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

  /** Gives up every domain that is not to be kept. */
  releaseDomainsExcept(id: number, keep: readonly string[]): void {
    const { domains } = this.#account(id);
    for (const domain of domains) {
      if (keep.includes(domain)) continue;
      domains.delete(domain);
      this.#holders.delete(domain);
    }
  }

  nameOf(id: number): string | null {
    return this.#account(id).nameKey;
  }
}

/** A draft's match, and the account it has in the outlook (undefined while refused). */
type Decision = { readonly draft: ConflictingDraft; match: Match; account: number | undefined };

export function matchDrafts(
  drafts: readonly ConflictingDraft[],
  accounts: Iterable<ExistingAccount>,
  options: MatchOptions,
): Match[] {
  const store = new ProjectedStore(accounts);

  function releaseClaims(draft: ConflictingDraft): void {
    if (draft.linkedTo === null) return;
    if (options.domainsMapped) store.releaseDomainsExcept(draft.linkedTo, draft.domains);
    if (store.nameOf(draft.linkedTo) !== draft.nameKey) store.rename(draft.linkedTo, null);
  }

  /** Gives the account what nobody else has; says what it got and what it did not. */
  function claimDomains(
    account: number,
    domains: readonly string[],
  ): { domains: string[]; unavailableDomains: string[] } {
    const claimed: string[] = [];
    const unavailableDomains: string[] = [];
    for (const domain of domains) {
      const holder = store.holderOf(domain);
      if (holder === undefined) store.claim(account, domain);
      (holder === undefined || holder === account ? claimed : unavailableDomains).push(domain);
    }
    return { domains: claimed, unavailableDomains };
  }

  function linkTo(draft: ConflictingDraft, account: number, kind: "domain" | "name"): Decision {
    store.markTaken(account);
    store.rename(account, draft.nameKey);
    if (options.domainsMapped) store.releaseDomainsExcept(account, draft.domains);
    return { draft, account, match: { kind, accountId: account, ...claimDomains(account, draft.domains) } };
  }

  function skip(draft: ConflictingDraft, reason: MatchSkipReason, value: string): Decision {
    return { draft, account: undefined, match: { kind: "refused", reason, value } };
  }

  /** Rule 4. */
  function matchByName(draft: ConflictingDraft): Decision | undefined {
    const named = store.accountsNamed(draft.nameKey);
    if (named.size === 0) return undefined;
    // Numbers grow as accounts are made, and an account to be created (below zero) is never open.
    let oldest: number | undefined;
    for (const id of named) if (!store.isTaken(id) && (oldest === undefined || id < oldest)) oldest = id;
    return oldest === undefined ? skip(draft, "name-in-use", "") : linkTo(draft, oldest, "name");
  }

  function decide(draft: ConflictingDraft): Decision {
    if (draft.linkedTo !== null) {
      store.rename(draft.linkedTo, draft.nameKey);
      const claims = claimDomains(draft.linkedTo, draft.domains);
      return {
        draft,
        account: draft.linkedTo,
        match: { kind: "linked", accountId: draft.linkedTo, ...claims },
      };
    }
    if (draft.heldByOtherSource) return skip(draft, "linked-to-other-source", "");
    const decisive = draft.domains.find((domain) => store.holderOf(domain) !== undefined);
    if (decisive !== undefined) {
      const holder = store.holderOf(decisive)!;
      if (!store.isTaken(holder)) return linkTo(draft, holder, "domain");
      if (options.onDomainTaken === "skip") return skip(draft, "domain-linked-elsewhere", decisive);
    }
    const named = options.allowDuplicateNames ? undefined : matchByName(draft);
    if (named) return named;
    const account = store.create(draft.nameKey);
    return { draft, account, match: { kind: "create", ...claimDomains(account, draft.domains) } };
  }

  /** Decides a refused draft anew, or tries its left-out domains again. @returns whether anything moved. */
  function reconsider(decision: Decision): boolean {
    const { draft, match } = decision;
    if (match.kind === "refused") {
      if (match.reason === "linked-to-other-source") return false;
      const again = decide(draft);
      const moved =
        again.match.kind !== "refused" ||
        again.match.reason !== match.reason ||
        again.match.value !== match.value;
      decision.match = again.match;
      decision.account = again.account;
      return moved;
    }
    const claims = claimDomains(decision.account!, draft.domains);
    const hasChanged = claims.unavailableDomains.length < match.unavailableDomains.length;
    if (hasChanged) decision.match = { ...match, ...claims };
    return hasChanged;
  }

  for (const draft of drafts) releaseClaims(draft);
  const decided = drafts.map(decide);
  let blocked = decided;
  do {
    blocked = blocked.filter(({ match }) => match.kind === "refused" || match.unavailableDomains.length > 0);
  } while (blocked.map(reconsider).includes(true));
  return decided.map(({ match }) => match);
}
