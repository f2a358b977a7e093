// Finds the registrable domains in what people type into a website, e-mail or domain field; all
// sources share it, so that the same text always gives the same domains.
import type { DomainSet } from "./common.ts";
import { readValue, type Value } from "./host.ts";
import { looksLikeValue, normalizeText, valuesInText } from "./values-in-text.ts";

export type DomainRefusal = "domain-invalid" | "domain-common" | "domain-own";

export interface DomainLists {
  /** Domains that many share: `commonDomains`, or a workspace's corrected version. */
  readonly common: DomainSet;
  /** The company's own domains, whose senders are colleagues and not customers. */
  readonly own: DomainSet;
}

export interface ParsedDomains {
  /** Registrable domains in lower-case ASCII, in the order of the text, without duplicates. */
  readonly accepted: string[];
  /**
   * Refused values without duplicates: for `domain-invalid` the word as written, or the whole text if
   * nothing in it is a value; else the domain or host that is in the list.
   */
  readonly refused: { kind: DomainRefusal; value: string }[];
}

/**
 * Parses a text that holds domains, e-mail addresses and websites in any mixture. It never throws.
 */
export function parseDomains(text: string, lists: DomainLists): ParsedDomains {
  const normalized = normalizeText(text);
  const values = valuesInText(normalized);
  if (values.length > 0 && values.every(({ domain }) => domain === undefined))
    return { accepted: [], refused: [{ kind: "domain-invalid", value: truncated(normalized) }] };
  const accepted: string[] = [];
  const refused: { kind: DomainRefusal; value: string }[] = [];
  for (const one of values) {
    const { kind, value } = classify(one, lists);
    if (kind === "accepted") {
      if (!accepted.includes(value)) accepted.push(value);
    } else if (kind !== "prose" && !refused.some((other) => other.kind === kind && other.value === value))
      refused.push({ kind, value });
  }
  return { accepted, refused };
}

/**
 * Returns the host that a text names if it has a registrable domain: `mail.acme.com` for
 * `https://mail.acme.com/`, undefined for `co.uk`.
 */
export function registrableHost(text: string): string | undefined {
  const { host, domain } = readValue(normalizeText(text));
  return domain === undefined ? undefined : host;
}

type Classification = { kind: DomainRefusal | "accepted" | "prose"; value: string };

function classify(value: Value, lists: DomainLists): Classification {
  const { word, host, domain } = value;
  if (host === undefined || domain === undefined)
    return { kind: looksLikeValue(value) ? "domain-invalid" : "prose", value: truncated(word) };
  const own = listedName(host, domain, lists.own);
  if (own !== undefined) return { kind: "domain-own", value: own };
  const common =
    listedName(host, domain, lists.common) ?? sharedSiteOf({ ...value, host, domain }, lists.common);
  if (common !== undefined) return { kind: "domain-common", value: common };
  return { kind: "accepted", value: domain };
}

/**
 * Returns the list's entry that matches the host: the host itself, a parent of it, or the
 * registrable domain, but nothing shorter. Hosts count because some providers use one below a
 * company's domain (privaterelay.appleid.com).
 */
function listedName(host: string, domain: string, list: DomainSet): string | undefined {
  for (let name = host; name.length > domain.length; name = parentOf(name)) {
    if (list.has(name)) return name;
  }
  return list.has(domain) ? domain : undefined;
}

/** Hosts on which a site shows the same pages: by language (de., pt-br.) and for phones. */
const SAME_SITE = /^(?:[a-z]{2}(?:-[a-z]{2})?|m|mobile|mbasic|touch|web)\./;

/** Applications in a browser once wrote their paths as `#!/acme`. */
const FIRST_SEGMENTS = /^(?:#!\/*)?([^/?#]*)\/?([^/?#]*)/;

/**
 * Returns the host of the entry that a website matches, if it is another's page or host.
 * @param list has the entries of `sharedSites`
 */
function sharedSiteOf(
  { host, domain, rest }: { host: string; domain: string; rest: string },
  list: DomainSet,
): string | undefined {
  for (let name = parentOf(host); name.length >= domain.length; name = parentOf(name)) {
    if (list.has(`*.${name}`)) return name;
  }
  if (rest === "") return undefined;
  const [, first = "", second = ""] = FIRST_SEGMENTS.exec(rest.toLowerCase()) ?? [];
  if (first === "") return undefined;
  for (let name = host; name.length >= domain.length; name = parentOf(name)) {
    const isShared =
      list.has(`${name}/`) || list.has(`${name}/${first}/`) || list.has(`${name}/${first}/${second}/`);
    if (isShared) return name;
    if (!SAME_SITE.test(name)) return undefined;
  }
  return undefined;
}

function parentOf(host: string): string {
  return host.slice(host.indexOf(".") + 1);
}

/** Truncates a text to what people need to recognise it. */
function truncated(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, " ")
    .slice(0, 200)
    .replace(/[\ud800-\udbff]$/, "");
}
