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
import { accountsNamed, takenReason, type Decision, type RunState, type TakenOver } from "./run-state.ts";
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

export function decide(state: RunState, draft: Draft): Decision {
  const link = state.store.linkOfRecord(state.options.org, draft.id);
  return link ? decideLinked(state, draft, link) : decideNotLinked(state, draft);
}

function decideLinked(state: RunState, draft: Draft, link: Link): Decision {
  countLinked(state, draft, link);
  link.stopReason = null;
  link.mergedInto = null;
  write(state, link.account, draft);
  const merged = state.inherited.get(draft.id);
  return {
    kind: merged === undefined ? "already linked" : "merged",
    account: link.account,
    takenOver: merged === undefined ? undefined : { recordId: merged, reason: "merged" },
    takenDomains: claimDomains(state, link.account, draft),
  };
}

function decideNotLinked(state: RunState, draft: Draft): Decision {
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
    const sameName = accountsNamed(state, draft.name);
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
  const takenOver = endLink(state, account);
  releaseDomains(state, account, draft);
  releaseName(state, account, draft);
  write(state, account, draft);
  state.store.link(state.options.org, draft.id, account);
  state.linkedInRun.add(account);
  return { kind, account, takenOver, takenDomains: claimDomains(state, account, draft) };
}

/** Ends the link of an open account, whose record was found deleted or deactivated. */
function endLink({ store, found }: RunState, account: Account): TakenOver | undefined {
  const link = store.linkOfAccount(account);
  if (!link) return undefined;
  store.unlink(link);
  const reason = found.get(link.recordId)?.reason;
  if (reason === undefined) throw new Error(`Nobody looked up why ${link.recordId} was not read.`);
  return { recordId: link.recordId, reason };
}

function create(state: RunState, draft: Draft): Decision {
  countCreate(state, draft);
  const account = state.store.add({ name: draft.name, domains: [], origin: "dynamics" });
  write(state, account, draft);
  state.store.link(state.options.org, draft.id, account);
  state.linkedInRun.add(account);
  return { kind: "created", account, takenDomains: claimDomains(state, account, draft) };
}
