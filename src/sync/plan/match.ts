// Match: decides which account each conflicting draft is synced to, in order, until no decision
// changes (rules 2–5; docs/rules.md). Pure. A draft without a conflict never comes here: it is
// created, or stays linked.
import type { SyncOptions, SyncSettings } from "../../settings/sync-settings.ts";
import { ProjectedStore, type ExistingAccount } from "./projected-store.ts";
import type { SkipReason } from "../rules/issue-kinds.ts";

/** A draft that shares a name or domain with others. */
export type ConflictingDraft = {
  readonly id: string;
  readonly nameKey: string;
  /** In mapping order; empty when domains are not mapped. */
  readonly domains: readonly string[];
  /**
   * The account of its link, which may have stopped syncing, or of a record that was merged into it.
   */
  readonly linkedTo: number | null;
  /** An account carries this record's id as externalId from another origin. */
  readonly heldByOtherSource: boolean;
};

export type MatchOptions = Readonly<SyncOptions> & { readonly domainsMapped: boolean };

export function matchOptions({ options, mapping }: SyncSettings): MatchOptions {
  return { ...options, domainsMapped: mapping.domains.length > 0 };
}

/** Why a draft is skipped by a match; the other reasons need none (match-store.ts). */
export type MatchSkipReason = Exclude<SkipReason, "name-empty" | "excluded">;

type DomainClaims = {
  readonly domains: readonly string[];
  /** Domains that other accounts hold. */
  readonly unavailableDomains: readonly string[];
};

export type Match =
  | ({ readonly kind: "linked" | "domain" | "name"; readonly accountId: number } & DomainClaims)
  | ({ readonly kind: "create" } & DomainClaims)
  | { readonly kind: "skip"; readonly reason: MatchSkipReason; readonly value: string };

/** @param drafts in the order of createdon and id */
export function matchDrafts(
  drafts: readonly ConflictingDraft[],
  accounts: Iterable<ExistingAccount>,
  options: MatchOptions,
): Match[] {
  const matcher = new Matcher(new ProjectedStore(accounts), options);
  for (const draft of drafts) matcher.releaseClaims(draft);
  const decisions = drafts.map((draft) => matcher.decide(draft));
  let blocked = decisions;
  do {
    blocked = blocked.filter(({ match }) => match.kind === "skip" || match.unavailableDomains.length > 0);
  } while (blocked.map((decision) => matcher.reconsider(decision)).includes(true));
  return decisions.map(({ match }) => match);
}

/** A draft's match, and its account in the projected store (undefined if it is skipped). */
type Decision = { readonly draft: ConflictingDraft; match: Match; account: number | undefined };

class Matcher {
  readonly #store: ProjectedStore;
  readonly #options: MatchOptions;

  constructor(store: ProjectedStore, options: MatchOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Releases what a linked account has and its record no longer has, before any draft claims it. */
  releaseClaims({ linkedTo, nameKey, domains }: ConflictingDraft): void {
    if (linkedTo === null) return;
    if (this.#options.domainsMapped) this.#store.releaseDomainsExcept(linkedTo, domains);
    if (this.#store.nameOf(linkedTo) !== nameKey) this.#store.rename(linkedTo, null);
  }

  decide(draft: ConflictingDraft): Decision {
    const { linkedTo, nameKey, domains } = draft;
    if (linkedTo !== null) {
      this.#store.rename(linkedTo, nameKey);
      const claims = this.#claimDomains(linkedTo, domains);
      return { draft, account: linkedTo, match: { kind: "linked", accountId: linkedTo, ...claims } };
    }
    if (draft.heldByOtherSource) return skip(draft, "linked-to-other-source");
    return this.#matchByDomain(draft) ?? this.#matchByName(draft) ?? this.#create(draft);
  }

  /**
   * Decides a skipped draft again, or claims the unavailable domains again.
   * @returns whether the decision changed
   */
  reconsider(decision: Decision): boolean {
    const { draft, match } = decision;
    if (match.kind === "skip") {
      if (match.reason === "linked-to-other-source") return false;
      const again = this.decide(draft);
      const hasChanged =
        again.match.kind !== "skip" ||
        again.match.reason !== match.reason ||
        again.match.value !== match.value;
      decision.match = again.match;
      decision.account = again.account;
      return hasChanged;
    }
    const claims = this.#claimDomains(decision.account!, draft.domains);
    const hasChanged = claims.unavailableDomains.length < match.unavailableDomains.length;
    if (hasChanged) decision.match = { ...match, ...claims };
    return hasChanged;
  }

  /** Rule 3: the first domain that any account holds decides. */
  #matchByDomain(draft: ConflictingDraft): Decision | undefined {
    for (const domain of draft.domains) {
      const holder = this.#store.holderOf(domain);
      if (holder === undefined) continue;
      if (this.#store.isOpen(holder)) return this.#link(draft, holder, "domain");
      const isSkipped = this.#options.onDomainTaken === "skip";
      return isSkipped ? skip(draft, "domain-linked-elsewhere", domain) : undefined;
    }
    return undefined;
  }

  /** Rule 4: the oldest open account of the name, which has the lowest id. */
  #matchByName(draft: ConflictingDraft): Decision | undefined {
    if (this.#options.allowDuplicateNames) return undefined;
    const named = this.#store.accountsNamed(draft.nameKey);
    if (named.size === 0) return undefined;
    let oldest: number | undefined;
    for (const id of named) if (this.#store.isOpen(id) && (oldest === undefined || id < oldest)) oldest = id;
    return oldest === undefined ? skip(draft, "name-in-use") : this.#link(draft, oldest, "name");
  }

  #link(draft: ConflictingDraft, account: number, kind: "domain" | "name"): Decision {
    const { nameKey, domains } = draft;
    this.#store.markLinked(account);
    this.#store.rename(account, nameKey);
    if (this.#options.domainsMapped) this.#store.releaseDomainsExcept(account, domains);
    return { draft, account, match: { kind, accountId: account, ...this.#claimDomains(account, domains) } };
  }

  #create(draft: ConflictingDraft): Decision {
    const account = this.#store.create(draft.nameKey);
    return { draft, account, match: { kind: "create", ...this.#claimDomains(account, draft.domains) } };
  }

  #claimDomains(account: number, domains: readonly string[]): DomainClaims {
    const claimed: string[] = [];
    const unavailableDomains: string[] = [];
    for (const domain of domains) {
      const holder = this.#store.holderOf(domain);
      if (holder === undefined) this.#store.claim(account, domain);
      (holder === undefined || holder === account ? claimed : unavailableDomains).push(domain);
    }
    return { domains: claimed, unavailableDomains };
  }
}

function skip(draft: ConflictingDraft, reason: MatchSkipReason, value = ""): Decision {
  return { draft, account: undefined, match: { kind: "skip", reason, value } };
}
