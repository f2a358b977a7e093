// What happens to one draft, given the world as it is at that moment: the middle of docs/rules.md
// ("In order, one draft after the other"). Changes the world it is given; `model.ts` calls it in order.
// The lines that only count which branch was reached are in `notes.ts`.
import type { Draft, Issue } from "./draft.ts";
import {
  noteByDomain,
  noteByName,
  noteClaims,
  noteCreate,
  noteLinked,
  noteRefused,
} from "./count-branches.ts";
import { takenBecause, type Decision, type Running } from "./run-state.ts";
import { nameKey, type Account, type Link } from "./model-store.ts";

export function giveUpDomains(running: Running, account: Account, draft: Draft): void {
  if (draft.domains === null) return;
  for (const domain of account.domains) {
    if (draft.domains.includes(domain)) continue;
    running.world.takeAway(account, domain);
    running.freedDomains.set(domain, account);
  }
}

/** Gives up the name if the draft's is another one; a mere other spelling is not. */
export function giveUpName(running: Running, account: Account, draft: Draft): void {
  if (account.name === null || nameKey(account.name) === nameKey(draft.name)) return;
  running.freedNames.set(nameKey(account.name), account);
  running.world.rename(account, null);
}

/** Gives the account each of the draft's domains that nobody has; returns those that others have. */
function claimDomains(running: Running, account: Account, draft: Draft): string[] {
  const leftOut: string[] = [];
  for (const domain of draft.domains ?? []) {
    const holder = running.world.holder(domain);
    if (holder === undefined) running.world.give(account, domain);
    else if (holder !== account) leftOut.push(domain);
  }
  return leftOut;
}

/** Name, description and fields, as mapped; an empty value clears. */
function write(running: Running, account: Account, draft: Draft): void {
  running.world.rename(account, draft.name);
  if (draft.description !== undefined) account.description = draft.description;
  for (const [field, value] of Object.entries(draft.fields)) {
    if (value === null) delete account.fields[field];
    else account.fields[field] = value;
  }
}

export function decideLinked(running: Running, draft: Draft, link: Link): Decision {
  noteLinked(running, draft, link);
  link.left = null;
  write(running, link.account, draft);
  return { kind: "kept", account: link.account, leftOut: claimDomains(running, link.account, draft) };
}

export function decideNotLinked(running: Running, draft: Draft): Decision {
  const { world, options } = running;
  const carrier = world.withExternalId(draft.id);
  if (carrier) return refuse(running, draft, carrier, { kind: "linked-to-other-source" });

  const held = (draft.domains ?? []).find((domain) => world.holder(domain) !== undefined);
  const holder = held === undefined ? undefined : world.holder(held);
  if (held !== undefined && holder !== undefined) {
    if (takenBecause(running, holder) === null) return makeItsOwn(running, draft, holder, "domain");
    if (options.onDomainTaken === "skip")
      return refuse(running, draft, holder, { kind: "domain-linked-elsewhere", value: held });
    running.hit("without-domain: goes on with the name");
  }

  if (!options.allowDuplicateNames) {
    const namesakes = world.withNameKey(nameKey(draft.name));
    const open = namesakes.find((account) => takenBecause(running, account) === null);
    if (open) return makeItsOwn(running, draft, open, "name");
    if (namesakes[0]) return refuse(running, draft, namesakes[0], { kind: "name-in-use" });
  }
  return create(running, draft);
}

function refuse(running: Running, draft: Draft, inTheWay: Account, issue: Issue): Decision {
  noteRefused(running, draft, inTheWay, issue);
  return { kind: "skipped", issue, inTheWay };
}

function makeItsOwn(running: Running, draft: Draft, account: Account, kind: "domain" | "name"): Decision {
  if (kind === "domain") noteByDomain(running, draft, account);
  else noteByName(running, draft, account);
  noteClaims(running, draft, account);
  const ofDeletedRecord = running.world.linkOfAccount(account);
  if (ofDeletedRecord) running.world.endLink(ofDeletedRecord);
  giveUpDomains(running, account, draft);
  giveUpName(running, account, draft);
  write(running, account, draft);
  running.world.tie(running.options.org, draft.id, account);
  running.made.add(account);
  return { kind, account, leftOut: claimDomains(running, account, draft) };
}

function create(running: Running, draft: Draft): Decision {
  noteCreate(running, draft);
  const account = running.world.add({ name: draft.name, domains: [], origin: "dynamics" });
  write(running, account, draft);
  running.world.tie(running.options.org, draft.id, account);
  running.made.add(account);
  return { kind: "created", account, leftOut: claimDomains(running, account, draft) };
}
