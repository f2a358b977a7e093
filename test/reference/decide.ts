// What happens to one draft, given the world as it is at that moment: the middle of docs/rules.md
// ("In order, one draft after the other"). Changes the world it is given; `model.ts` calls it in order.
// The lines that only count which branch was reached are in `notes.ts`.
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

export function releaseDomains(running: RunState, account: Account, draft: Draft): void {
  if (draft.domains === null) return;
  for (const domain of account.domains) {
    if (draft.domains.includes(domain)) continue;
    running.store.releaseDomain(account, domain);
    running.releasedDomains.set(domain, account);
  }
}

/** Gives up the name if the draft's is another one; a mere other spelling is not. */
export function releaseName(running: RunState, account: Account, draft: Draft): void {
  if (account.name === null || nameKey(account.name) === nameKey(draft.name)) return;
  running.releasedNames.set(nameKey(account.name), account);
  running.store.rename(account, null);
}

/** Gives the account each of the draft's domains that nobody has; returns those that others have. */
function claimDomains(running: RunState, account: Account, draft: Draft): string[] {
  const takenDomains: string[] = [];
  for (const domain of draft.domains ?? []) {
    const holder = running.store.holder(domain);
    if (holder === undefined) running.store.assignDomain(account, domain);
    else if (holder !== account) takenDomains.push(domain);
  }
  return takenDomains;
}

/** Name, description and fields, as mapped; an empty value clears. */
function write(running: RunState, account: Account, draft: Draft): void {
  running.store.rename(account, draft.name);
  if (draft.description !== undefined) account.description = draft.description;
  for (const [field, value] of Object.entries(draft.fields)) {
    if (value === null) delete account.fields[field];
    else account.fields[field] = value;
  }
}

export function decideLinked(running: RunState, draft: Draft, link: Link): Decision {
  countLinked(running, draft, link);
  link.stopReason = null;
  write(running, link.account, draft);
  return { kind: "kept", account: link.account, takenDomains: claimDomains(running, link.account, draft) };
}

export function decideNotLinked(running: RunState, draft: Draft): Decision {
  const { store, options } = running;
  const sameExternalId = store.withExternalId(draft.id);
  if (sameExternalId) return refuse(running, draft, sameExternalId, { kind: "linked-to-other-source" });

  const matchedDomain = (draft.domains ?? []).find((domain) => store.holder(domain) !== undefined);
  const holder = matchedDomain === undefined ? undefined : store.holder(matchedDomain);
  if (matchedDomain !== undefined && holder !== undefined) {
    if (takenReason(running, holder) === null) return linkExisting(running, draft, holder, "domain");
    if (options.onDomainTaken === "skip")
      return refuse(running, draft, holder, { kind: "domain-linked-elsewhere", value: matchedDomain });
    running.hit("without-domain: goes on with the name");
  }

  if (!options.allowDuplicateNames) {
    const namesakes = store.withNameKey(nameKey(draft.name));
    const open = namesakes.find((account) => takenReason(running, account) === null);
    if (open) return linkExisting(running, draft, open, "name");
    if (namesakes[0]) return refuse(running, draft, namesakes[0], { kind: "name-in-use" });
  }
  return create(running, draft);
}

function refuse(running: RunState, draft: Draft, blocker: Account, issue: Issue): Decision {
  countRefused(running, draft, blocker, issue);
  return { kind: "skipped", issue, blocker };
}

function linkExisting(running: RunState, draft: Draft, account: Account, kind: "domain" | "name"): Decision {
  if (kind === "domain") countByDomain(running, draft, account);
  else countByName(running, draft, account);
  countClaims(running, draft, account);
  const oldLink = running.store.linkOfAccount(account);
  if (oldLink) running.store.unlink(oldLink);
  releaseDomains(running, account, draft);
  releaseName(running, account, draft);
  write(running, account, draft);
  running.store.link(running.options.org, draft.id, account);
  running.linkedInRun.add(account);
  return { kind, account, takenDomains: claimDomains(running, account, draft) };
}

function create(running: RunState, draft: Draft): Decision {
  countCreate(running, draft);
  const account = running.store.add({ name: draft.name, domains: [], origin: "dynamics" });
  write(running, account, draft);
  running.store.link(running.options.org, draft.id, account);
  running.linkedInRun.add(account);
  return { kind: "created", account, takenDomains: claimDomains(running, account, draft) };
}
