// Decides one draft by the store as it is at that moment, and changes that store: the middle of
// docs/rules.md ("In order, one draft after the other"), which `model.ts` calls in that order.
// `count-branches.ts` counts the branches that are reached.
import type { Draft, Issue } from "./draft.ts";
import {
  countByDomain,
  countByName,
  countClaims,
  countCreate,
  countLinked,
  countRefused,
} from "./count-branches.ts";
import { takenReason, type Decision, type RunState } from "./run-state.ts";
import { nameKey, type Account, type Link } from "./model-store.ts";

export function releaseDomains(state: RunState, account: Account, draft: Draft): void {
  if (draft.domains === null) return;
  for (const domain of account.domains) {
    if (draft.domains.includes(domain)) continue;
    state.store.releaseDomain(account, domain);
    state.releasedDomains.set(domain, account);
  }
}

/** Releases the name if the draft has another one; another spelling is the same name. */
export function releaseName(state: RunState, account: Account, draft: Draft): void {
  if (account.name === null || nameKey(account.name) === nameKey(draft.name)) return;
  state.releasedNames.set(nameKey(account.name), account);
  state.store.rename(account, null);
}

/** Assigns the draft's domains that nobody has; returns those that other accounts have. */
function claimDomains(state: RunState, account: Account, draft: Draft): string[] {
  const takenDomains: string[] = [];
  for (const domain of draft.domains ?? []) {
    const holder = state.store.holder(domain);
    if (holder === undefined) state.store.assignDomain(account, domain);
    else if (holder !== account) takenDomains.push(domain);
  }
  return takenDomains;
}

/** Writes the mapped name, description and fields; an empty value clears. */
function write(state: RunState, account: Account, draft: Draft): void {
  state.store.rename(account, draft.name);
  if (draft.description !== undefined) account.description = draft.description;
  for (const [field, value] of Object.entries(draft.fields)) {
    if (value === null) delete account.fields[field];
    else account.fields[field] = value;
  }
}

export function decideLinked(state: RunState, draft: Draft, link: Link): Decision {
  countLinked(state, draft, link);
  link.stopReason = null;
  write(state, link.account, draft);
  return {
    kind: "already linked",
    account: link.account,
    takenDomains: claimDomains(state, link.account, draft),
  };
}

export function decideNotLinked(state: RunState, draft: Draft): Decision {
  const { store, options } = state;
  const sameExternalId = store.withExternalId(draft.id);
  if (sameExternalId) return refuse(state, draft, sameExternalId, { kind: "linked-to-other-source" });

  const matchedDomain = (draft.domains ?? []).find((domain) => store.holder(domain) !== undefined);
  const holder = matchedDomain === undefined ? undefined : store.holder(matchedDomain);
  if (matchedDomain !== undefined && holder !== undefined) {
    if (takenReason(state, holder) === null) return linkExisting(state, draft, holder, "domain");
    if (options.onDomainTaken === "skip")
      return refuse(state, draft, holder, { kind: "domain-linked-elsewhere", value: matchedDomain });
    state.hit("without-domain: continues with the name");
  }

  if (!options.allowDuplicateNames) {
    const sameName = store.withNameKey(nameKey(draft.name));
    const open = sameName.find((account) => takenReason(state, account) === null);
    if (open) return linkExisting(state, draft, open, "name");
    if (sameName[0]) return refuse(state, draft, sameName[0], { kind: "name-in-use" });
  }
  return create(state, draft);
}

function refuse(state: RunState, draft: Draft, blocker: Account, issue: Issue): Decision {
  countRefused(state, draft, blocker, issue);
  return { kind: "skipped", issue, blocker };
}

function linkExisting(state: RunState, draft: Draft, account: Account, kind: "domain" | "name"): Decision {
  if (kind === "domain") countByDomain(state, draft, account);
  else countByName(state, draft, account);
  countClaims(state, draft, account);
  const oldLink = state.store.linkOfAccount(account);
  if (oldLink) state.store.unlink(oldLink);
  releaseDomains(state, account, draft);
  releaseName(state, account, draft);
  write(state, account, draft);
  state.store.link(state.options.org, draft.id, account);
  state.linkedInRun.add(account);
  return { kind, account, takenDomains: claimDomains(state, account, draft) };
}

function create(state: RunState, draft: Draft): Decision {
  countCreate(state, draft);
  const account = state.store.add({ name: draft.name, domains: [], origin: "dynamics" });
  write(state, account, draft);
  state.store.link(state.options.org, draft.id, account);
  state.linkedInRun.add(account);
  return { kind: "created", account, takenDomains: claimDomains(state, account, draft) };
}
