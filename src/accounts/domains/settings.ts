// Which domains are never an account's: the company's own, and the workspace's corrections of the
// common ones. They are part of a run's settings, so that after a change the next run drafts every
// account again.
import type { Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { AccountError } from "../account-error.ts";
import { commonDomainsFor } from "./common.ts";
import { registrableHost, type DomainLists } from "./parse.ts";

/** Hosts in lower-case ASCII; each list is sorted. */
export type DomainSettings = {
  readonly own: readonly string[];
  readonly commonAdded: readonly string[];
  readonly commonRemoved: readonly string[];
};

export async function loadDomainSettings(db: Kysely<Tables>): Promise<DomainSettings> {
  return db
    .selectFrom("domain_settings")
    .select(["own", "common_added as commonAdded", "common_removed as commonRemoved"])
    .executeTakeFirstOrThrow();
}

/**
 * Saves lists that hold domains, websites or e-mail addresses.
 * @returns what was saved
 * @throws AccountError for a value that is no domain; then nothing is saved
 */
export async function saveDomainSettings(
  db: Kysely<Tables>,
  written: DomainSettings,
): Promise<DomainSettings> {
  const settings: DomainSettings = {
    own: parseHosts("own", written.own),
    commonAdded: parseHosts("commonAdded", written.commonAdded),
    commonRemoved: parseHosts("commonRemoved", written.commonRemoved),
  };
  await db
    .updateTable("domain_settings")
    .set({
      own: [...settings.own],
      common_added: [...settings.commonAdded],
      common_removed: [...settings.commonRemoved],
    })
    .execute();
  return settings;
}

/**
 * Adds a domain to the common ones, so that no account gets it.
 * @throws AccountError if it is no domain; then nothing is saved
 */
export async function addCommonDomain(db: Kysely<Tables>, written: string): Promise<DomainSettings> {
  const { own, commonAdded, commonRemoved } = await loadDomainSettings(db);
  const [domain] = parseHosts("commonAdded", [written]);
  return saveDomainSettings(db, {
    own,
    commonAdded: [...commonAdded, written],
    commonRemoved: commonRemoved.filter((removed) => removed !== domain),
  });
}

function parseHosts(field: keyof DomainSettings, written: readonly string[]): string[] {
  const hosts = new Set<string>();
  for (const text of written) {
    if (text.trim() === "") continue;
    const host = registrableHost(text.trim());
    if (host === undefined)
      throw new AccountError(
        `"${text.trim()}" is no domain. Write one such as ourcompany.com, or remove it.`,
        field,
      );
    hosts.add(host);
  }
  return [...hosts].toSorted();
}

/** The settings as `parseDomains` takes them. */
export function domainListsOf(settings: DomainSettings): DomainLists {
  const { own, commonAdded, commonRemoved } = settings;
  return { common: commonDomainsFor({ add: commonAdded, remove: commonRemoved }), own: new Set(own) };
}
