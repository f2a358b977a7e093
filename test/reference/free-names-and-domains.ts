// Prepares the names and domains for the conflicts of a cycle: half of them become free, and each
// other domain goes to a linked account whose record mentions it.
import type { ConflictState } from "./conflict-state.ts";
import { nameKey } from "./model-store.ts";
import { domains, names, spareNames } from "./random-values.ts";
import { nth } from "./story-state.ts";

/** Number of records without a link that a cycle starts with at most; most of them are refused. */
const MAX_UNLINKED = 12;
/** Number of inactive records without a link that are kept; some are activated again. */
const MAX_INACTIVE = 4;
/** Number of names, and of domains, that become free. */
const FREE_COUNT = 4;

/** @param offset where in the lists of names and domains the free ones begin */
export function freeNamesAndDomains(state: ConflictState, offset: number): void {
  state.clearReservations();
  const unused = state.unlinked().slice(MAX_UNLINKED).concat(state.inactiveUnlinked().slice(MAX_INACTIVE));
  for (const { id } of unused) state.perform({ kind: "delete record", id });
  const isFree = (index: number, { length }: readonly string[]) => (index + offset) % length < FREE_COUNT;
  const freeDomains: string[] = domains.filter((_, index) => isFree(index, domains));
  const freeNames = new Set(spareNames.filter((_, index) => isFree(index, spareNames)).map(nameKey));
  for (const record of state.records()) {
    const hasFreeName = freeNames.has(nameKey(record.values.name ?? ""));
    const hasFreeDomain = freeDomains.some((domain) => state.mentions(record, domain));
    if (!hasFreeName && !hasFreeDomain) continue;
    state.updateRecord(record, {
      ...(hasFreeName ? { name: nth(names, offset) ?? null } : {}),
      ...(hasFreeDomain ? { websiteurl: null, emailaddress1: null } : {}),
    });
  }
  for (const account of state.model.accounts()) {
    const hasFreeName = freeNames.has(nameKey(account.name ?? ""));
    const others = [...account.domains].filter((domain) => !freeDomains.includes(domain));
    if (!hasFreeName && others.length === account.domains.size) continue;
    state.editAccount(account, {
      ...(hasFreeName ? { name: nth(names, offset) ?? "" } : {}),
      domains: others,
    });
  }
  for (const domain of domains) if (!freeDomains.includes(domain)) assignToLinked(state, domain);
}

function assignToLinked(state: ConflictState, domain: string): void {
  const holder = state.model.store.holder(domain);
  if (holder && state.model.store.linkOfAccount(holder)) return;
  const record = state.linkedInView().find(({ id }) => state.domainsOf(id).length === 0);
  const account = record && state.linkOf(record.id)?.account;
  if (!account) return;
  if (holder) state.editAccount(holder, { domains: [...holder.domains].filter((one) => one !== domain) });
  state.editAccount(account, { domains: [domain] });
  state.updateRecord(record, { websiteurl: domain, emailaddress1: null });
}
