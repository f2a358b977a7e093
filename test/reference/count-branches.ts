// Counts which branch of docs/rules.md the model takes, and changes nothing. The model calls this
// just before it changes the store, so that the store is still as the decision saw it.
import { accountsNamed, takenReason, type RunState } from "./run-state.ts";
import type { Draft, Issue } from "./draft.ts";
import { nameKey, type Account, type Link } from "./model-store.ts";

export function countRelease({ hit }: RunState, draft: Draft, { account, stopReason }: Link): void {
  const others = [...account.domains].filter((domain) => !draft.domains?.includes(domain));
  if (draft.domains === null && others.length > 0) hit("release: no domain, since domains are not mapped");
  if (draft.domains !== null && others.length > 0)
    hit(stopReason === null ? "release: domain" : "release: domain, by a stopped link");
  if (account.name !== null && nameKey(account.name) !== nameKey(draft.name)) hit("release: name");
}

export function countLinked(state: RunState, draft: Draft, { account, stopReason }: Link): void {
  const { store, hit } = state;
  if (stopReason !== null) hit(`resume: ${stopReason}`);
  for (const domain of draft.domains ?? []) countLinkedDomain(state, account, domain);
  if (account.name !== null && account.name !== draft.name) hit("linked: another spelling of the same name");
  const key = nameKey(draft.name);
  if (store.withNameKey(key).some((other) => other !== account)) hit("linked: a name another account has");
  // The second of the two finds that the first one already has its name.
  const before = state.releasedNames.get(key);
  if (before?.name && state.releasedNames.get(nameKey(before.name)) === account) hit("linked: names swapped");
}

function countLinkedDomain(state: RunState, account: Account, domain: string): void {
  const { store, hit, releasedDomains } = state;
  const holder = store.holder(domain);
  if (holder === account) {
    hit("linked: domain kept");
  } else if (holder === undefined) {
    const before = releasedDomains.get(domain);
    hit(before ? "linked: domain released by another is claimed" : "linked: domain claimed");
    const mine = [...releasedDomains].filter(([, from]) => from === account).map(([released]) => released);
    if (before && mine.some((released) => before.domains.has(released))) hit("linked: domains swapped");
  } else {
    const reason = takenReason(state, holder);
    if (reason === null) hit("linked: domain-taken by an open account");
    else if (reason === "linked in this run") hit("linked: domain-taken by an account linked in this run");
    else hit("linked: domain-taken by a taken account");
  }
}

export function countRefused(state: RunState, draft: Draft, blocker: Account, issue: Issue): void {
  const { hit } = state;
  const reason = takenReason(state, blocker);
  if (reason === null) throw new Error("an open account refuses nobody");
  if (issue.kind === "linked-to-other-source") {
    if (!isForeign(reason)) throw new Error("the link of this organisation would have been found");
    hit(`linked-to-other-source: ${reason}`);
  } else if (issue.kind === "name-in-use") {
    if (reason === "merged") throw new Error("merged accounts do not count");
    hit(`name-in-use: ${reason}`);
    if (isAnyDomainTaken(state, draft)) hit("without-domain: then name-in-use");
  } else {
    hit(`domain-linked-elsewhere: ${reason}`);
  }
}

function isForeign(reason: ReturnType<typeof takenReason>) {
  return reason === "api" || reason === "csv" || reason === "manual" || reason === "another organisation";
}

function openReason({ store, found }: RunState, account: Account) {
  const link = store.linkOfAccount(account);
  if (!link) return "open account";
  return found.get(link.recordId)?.reason === "deleted"
    ? "account of a deleted record is taken over"
    : "account of a deactivated record is taken over";
}

export function countByDomain(state: RunState, draft: Draft, account: Account): void {
  const { store, hit } = state;
  const holders = (draft.domains ?? [])
    .map((domain) => store.holder(domain))
    .filter((holder) => holder !== undefined);
  hit(`by domain: ${openReason(state, account)}`);
  if (store.holder(draft.domains?.[0] ?? "") !== account) hit("by domain: not the first domain decides");
  if (new Set(holders).size > 1) hit("by domain: several accounts hold its domains");
  if (store.withNameKey(nameKey(draft.name)).some((other) => other !== account))
    hit("by domain: another account holds the name");
}

export function countByName(state: RunState, draft: Draft, account: Account): void {
  const { hit } = state;
  const sameName = accountsNamed(state, draft.name);
  const open = sameName.filter((other) => takenReason(state, other) === null);
  hit(`by name: ${openReason(state, account)}`);
  if (open.length > 1) hit("by name: oldest of several");
  else if (sameName.length > 1) hit("by name: open beside taken");
  else hit("by name: the only account");
  if (account.name !== draft.name) hit("by name: equal but for case, white space or unicode form");
  if (isAnyDomainTaken(state, draft)) hit("without-domain: then linked by name");
  for (const domain of account.domains)
    if (draft.domains?.includes(domain)) hit("without-domain: a later domain is that account's own");
}

export function countClaims({ store, hit }: RunState, draft: Draft, account: Account): void {
  const others = [...account.domains].filter((domain) => !draft.domains?.includes(domain));
  if (others.length > 0)
    hit(
      draft.domains === null
        ? "claims: keeps its domains, domains are not mapped"
        : "claims: releases its other domains",
    );
  if (account.name !== null && nameKey(account.name) !== nameKey(draft.name))
    hit("claims: releases its old name");
  const heldByOthers = (domain: string) => ![undefined, account].includes(store.holder(domain));
  if (draft.domains?.some(heldByOthers)) hit("claims: a domain is taken");
}

export function countCreate(state: RunState, draft: Draft): void {
  const { store, hit, options, releasedDomains, releasedNames } = state;
  if (options.lookUp(draft.id)?.master) hit("create: a merged record is active again");
  const key = nameKey(draft.name);
  hit("create");
  const named = accountsNamed(state, draft.name).length;
  if (named > 0) hit("create: duplicate name allowed");
  if (store.withNameKey(key).length > named) hit("create: a merged account has the name");
  if (releasedNames.has(key)) hit("create: a name released in this run");
  if (draft.domains?.some((domain) => releasedDomains.has(domain) && !store.holder(domain)))
    hit("create: a domain released in this run");
  if (!isAnyDomainTaken(state, draft)) return;
  hit("create: a domain is taken");
  hit("without-domain: then created");
  if (draft.domains?.some((domain) => isOpen(state, domain)))
    hit("without-domain: a later domain is an open account's");
}

function isOpen(state: RunState, domain: string): boolean {
  const holder = state.store.holder(domain);
  return holder !== undefined && takenReason(state, holder) === null;
}

function isAnyDomainTaken({ store }: RunState, draft: Draft): boolean {
  return (draft.domains ?? []).some((domain) => store.holder(domain) !== undefined);
}
