// Match: which account of ours each contested draft goes to, in order, until nothing moves (rules 2–5; docs/rules.md).
// Pure. Only drafts that meet somebody come here: a draft that shares no name and no domain with another draft or an account
// is simply created, and a linked one that claims nothing new stays where it is.
import type { SyncOptions } from "../../settings/sync-settings.ts";

/** A draft that is not skipped beforehand, in the order of createdon and id. */
export type ContestedDraft = {
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
export type StandingAccount = {
  readonly id: number;
  readonly nameKey: string;
  /** Linked, or with an externalId of another origin; docs/rules.md says exactly when. */
  readonly taken: boolean;
  readonly domains: readonly string[];
};

export type MatchOptions = Readonly<SyncOptions> & { readonly domainsMapped: boolean };

export type Refusal = "linked-to-other-source" | "domain-linked-elsewhere" | "name-in-use";

export type Match =
  | {
      readonly kind: "linked" | "domain" | "name";
      readonly accountId: number;
      readonly domains: readonly string[];
      readonly leftOut: readonly string[];
    }
  | { readonly kind: "create"; readonly domains: readonly string[]; readonly leftOut: readonly string[] }
  | { readonly kind: "refused"; readonly reason: Refusal; readonly value: string };

/** The store as it would be after what was decided so far. An account to be created gets a number below zero. */
class Outlook {
  readonly #accounts = new Map<number, { nameKey: string | null; taken: boolean; domains: Set<string> }>();
  readonly #holders = new Map<string, number>();
  readonly #named = new Map<string, Set<number>>();
  #created = 0;

  constructor(accounts: Iterable<StandingAccount>) {
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

  take(id: number): void {
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

  named(nameKey: string): ReadonlySet<number> {
    return this.#named.get(nameKey) ?? new Set();
  }

  holder(domain: string): number | undefined {
    return this.#holders.get(domain);
  }

  claim(id: number, domain: string): void {
    this.#holders.set(domain, id);
    this.#account(id).domains.add(domain);
  }

  /** Gives up every domain that is not to be kept. */
  keepOnly(id: number, keep: readonly string[]): void {
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
type Standing = { readonly draft: ContestedDraft; match: Match; account: number | undefined };

export function matchDrafts(
  drafts: readonly ContestedDraft[],
  accounts: Iterable<StandingAccount>,
  options: MatchOptions,
): Match[] {
  const outlook = new Outlook(accounts);

  function giveUp(draft: ContestedDraft): void {
    if (draft.linkedTo === null) return;
    if (options.domainsMapped) outlook.keepOnly(draft.linkedTo, draft.domains);
    if (outlook.nameOf(draft.linkedTo) !== draft.nameKey) outlook.rename(draft.linkedTo, null);
  }

  /** Gives the account what nobody else has; says what it got and what it did not. */
  function claimDomains(
    account: number,
    domains: readonly string[],
  ): { domains: string[]; leftOut: string[] } {
    const got: string[] = [];
    const leftOut: string[] = [];
    for (const domain of domains) {
      const holder = outlook.holder(domain);
      if (holder === undefined) outlook.claim(account, domain);
      (holder === undefined || holder === account ? got : leftOut).push(domain);
    }
    return { domains: got, leftOut };
  }

  function linkTo(draft: ContestedDraft, account: number, kind: "domain" | "name"): Standing {
    outlook.take(account);
    outlook.rename(account, draft.nameKey);
    if (options.domainsMapped) outlook.keepOnly(account, draft.domains);
    return { draft, account, match: { kind, accountId: account, ...claimDomains(account, draft.domains) } };
  }

  function refuse(draft: ContestedDraft, reason: Refusal, value: string): Standing {
    return { draft, account: undefined, match: { kind: "refused", reason, value } };
  }

  /** Rule 4. */
  function byName(draft: ContestedDraft): Standing | undefined {
    const named = outlook.named(draft.nameKey);
    if (named.size === 0) return undefined;
    // Numbers grow as accounts are made, and an account to be created (below zero) is never open.
    let oldest: number | undefined;
    for (const id of named) if (!outlook.isTaken(id) && (oldest === undefined || id < oldest)) oldest = id;
    return oldest === undefined ? refuse(draft, "name-in-use", "") : linkTo(draft, oldest, "name");
  }

  function decide(draft: ContestedDraft): Standing {
    if (draft.linkedTo !== null) {
      outlook.rename(draft.linkedTo, draft.nameKey);
      const claims = claimDomains(draft.linkedTo, draft.domains);
      return {
        draft,
        account: draft.linkedTo,
        match: { kind: "linked", accountId: draft.linkedTo, ...claims },
      };
    }
    if (draft.heldByOtherSource) return refuse(draft, "linked-to-other-source", "");
    const decisive = draft.domains.find((domain) => outlook.holder(domain) !== undefined);
    if (decisive !== undefined) {
      const holder = outlook.holder(decisive)!;
      if (!outlook.isTaken(holder)) return linkTo(draft, holder, "domain");
      if (options.onDomainTaken === "skip") return refuse(draft, "domain-linked-elsewhere", decisive);
    }
    const named = options.allowDuplicateNames ? undefined : byName(draft);
    if (named) return named;
    const account = outlook.create(draft.nameKey);
    return { draft, account, match: { kind: "create", ...claimDomains(account, draft.domains) } };
  }

  /** Decides a refused draft anew, or tries its left-out domains again. @returns whether anything moved. */
  function decideAgain(standing: Standing): boolean {
    const { draft, match } = standing;
    if (match.kind === "refused") {
      if (match.reason === "linked-to-other-source") return false;
      const again = decide(draft);
      const moved =
        again.match.kind !== "refused" ||
        again.match.reason !== match.reason ||
        again.match.value !== match.value;
      standing.match = again.match;
      standing.account = again.account;
      return moved;
    }
    const claims = claimDomains(standing.account!, draft.domains);
    const moved = claims.leftOut.length < match.leftOut.length;
    if (moved) standing.match = { ...match, ...claims };
    return moved;
  }

  for (const draft of drafts) giveUp(draft);
  const decided = drafts.map(decide);
  let blocked = decided;
  do {
    blocked = blocked.filter(({ match }) => match.kind === "refused" || match.leftOut.length > 0);
  } while (blocked.map(decideAgain).includes(true));
  return decided.map(({ match }) => match);
}
