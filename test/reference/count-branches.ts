// Which branch of docs/rules.md is being taken: looks, counts, changes nothing. Called by the model just before
// it acts, so the world is still as the decision saw it.
import { takenBecause, type Running } from "./run-state.ts";
import type { Draft, Issue } from "./draft.ts";
import { nameKey, type Account, type Link } from "./model-store.ts";

export function noteGiveUp({ hit }: Running, draft: Draft, { account, left }: Link): void {
  const others = [...account.domains].filter((domain) => !draft.domains?.includes(domain));
  if (draft.domains === null && others.length > 0) hit("give up: domains not mapped, so none");
  if (draft.domains !== null && others.length > 0)
    hit(left === null ? "give up: domain" : "give up: domain, by a departed link");
  if (account.name !== null && nameKey(account.name) !== nameKey(draft.name)) hit("give up: name");
}

export function noteLinked(running: Running, draft: Draft, { account, left }: Link): void {
  const { world, hit } = running;
  if (left !== null) hit(`return: ${left}`);
  for (const domain of draft.domains ?? []) noteLinkedDomain(running, account, domain);
  if (account.name !== null && account.name !== draft.name) hit("linked: another spelling of the same name");
  const key = nameKey(draft.name);
  if (world.withNameKey(key).some((other) => other !== account)) hit("linked: a name another account has");
  // The second of the two finds that the first already has what was its own.
  const before = running.freedNames.get(key);
  if (before?.name && running.freedNames.get(nameKey(before.name)) === account) hit("linked: names swapped");
}

function noteLinkedDomain(running: Running, account: Account, domain: string): void {
  const { world, hit, freedDomains } = running;
  const holder = world.holder(domain);
  if (holder === account) {
    hit("linked: domain kept");
  } else if (holder === undefined) {
    const before = freedDomains.get(domain);
    hit(before ? "linked: domain given up by another is claimed" : "linked: domain claimed");
    const mine = [...freedDomains].filter(([, from]) => from === account).map(([given]) => given);
    if (before && mine.some((given) => before.domains.has(given))) hit("linked: domains swapped");
  } else {
    const because = takenBecause(running, holder);
    if (because === null) hit("linked: domain-taken by an open account");
    else if (because === "made in this run") hit("linked: domain-taken by an account made in this run");
    else hit("linked: domain-taken by a taken account");
  }
}

export function noteRefused(running: Running, draft: Draft, inTheWay: Account, issue: Issue): void {
  const { hit } = running;
  const because = takenBecause(running, inTheWay);
  if (because === null) throw new Error("an open account refuses nobody");
  if (issue.kind === "linked-to-other-source") {
    if (because === "made in this run" || because === "linked" || because === "departed")
      throw new Error("the link of this organisation would have been found");
    hit(`linked-to-other-source: ${because}`);
    return;
  }
  const rule = issue.kind === "name-in-use" ? "name-in-use" : "domain-linked-elsewhere";
  hit(`${rule}: ${because}`);
  if (rule === "name-in-use" && someDomainHeld(running, draft)) hit("without-domain: then name-in-use");
}

export function noteByDomain(running: Running, draft: Draft, account: Account): void {
  const { world, hit } = running;
  const holders = (draft.domains ?? [])
    .map((domain) => world.holder(domain))
    .filter((holder) => holder !== undefined);
  hit(
    world.linkOfAccount(account)
      ? "by domain: account of a deleted record is taken over"
      : "by domain: open account",
  );
  if (world.holder(draft.domains?.[0] ?? "") !== account) hit("by domain: not the first domain decides");
  if (new Set(holders).size > 1) hit("by domain: several accounts hold its domains");
  if (world.withNameKey(nameKey(draft.name)).some((other) => other !== account))
    hit("by domain: another account holds the name");
}

export function noteByName(running: Running, draft: Draft, account: Account): void {
  const { world, hit } = running;
  const namesakes = world.withNameKey(nameKey(draft.name));
  const open = namesakes.filter((other) => takenBecause(running, other) === null);
  if (world.linkOfAccount(account)) hit("by name: account of a deleted record is taken over");
  if (open.length > 1) hit("by name: oldest of several");
  else if (namesakes.length > 1) hit("by name: open beside taken");
  else hit("by name: the only account");
  if (account.name !== draft.name) hit("by name: equal but for case, white space or unicode form");
  if (someDomainHeld(running, draft)) hit("without-domain: then linked by name");
  for (const domain of account.domains)
    if (draft.domains?.includes(domain)) hit("without-domain: a later domain is that account's own");
}

export function noteClaims({ world, hit }: Running, draft: Draft, account: Account): void {
  const others = [...account.domains].filter((domain) => !draft.domains?.includes(domain));
  if (others.length > 0)
    hit(
      draft.domains === null
        ? "claims: keeps its domains, domains are not mapped"
        : "claims: gives up its other domains",
    );
  if (account.name !== null && nameKey(account.name) !== nameKey(draft.name))
    hit("claims: gives up its old name");
  const heldByOthers = (domain: string) => ![undefined, account].includes(world.holder(domain));
  if (draft.domains?.some(heldByOthers)) hit("claims: a domain left out");
}

export function noteCreate(running: Running, draft: Draft): void {
  const { world, hit, freedDomains, freedNames } = running;
  const key = nameKey(draft.name);
  hit("create");
  if (world.withNameKey(key).length > 0) hit("create: duplicate name allowed");
  if (freedNames.has(key)) hit("create: a name given up in this run");
  if (draft.domains?.some((domain) => freedDomains.has(domain) && !world.holder(domain)))
    hit("create: a domain given up in this run");
  if (!someDomainHeld(running, draft)) return;
  hit("create: a domain left out");
  hit("without-domain: then created");
  if (draft.domains?.some((domain) => isOpen(running, domain)))
    hit("without-domain: a later domain is an open account's");
}

function isOpen(running: Running, domain: string): boolean {
  const holder = running.world.holder(domain);
  return holder !== undefined && takenBecause(running, holder) === null;
}

function someDomainHeld({ world }: Running, draft: Draft): boolean {
  return (draft.domains ?? []).some((domain) => world.holder(domain) !== undefined);
}
