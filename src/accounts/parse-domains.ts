// From what people type into a website, e-mail or domain field to the domains an account can hold.
// Every way in (Dynamics, API, CSV, by hand) uses this one function, so the same text always gives the same domains.
// Suffixes: the Public Suffix List as shipped by tldts, private suffixes included.
import { domainToASCII } from "node:url";
import { parse } from "tldts";
import type { DomainSet } from "./common-domains.ts";

export type DomainRefusal = "domain-invalid" | "domain-common" | "domain-own";

export interface DomainLists {
  /** Mail providers: `commonDomains`, or a workspace's own edition of them. */
  readonly common: DomainSet;
  /** The company's own domains, whose senders are colleagues and not customers. */
  readonly own: DomainSet;
}

export interface ParsedDomains {
  /** Registrable domains in lower-case ASCII, in the order of the text, each once. */
  readonly accepted: string[];
  /** What was left out, each once: the words as written for `domain-invalid`, else the domain (or the provider's host). */
  readonly refused: { kind: DomainRefusal; value: string }[];
}

/** Domains of a text that holds bare domains, e-mail addresses and websites, in any mixture. Never throws. */
export function parseDomains(text: string, lists: DomainLists): ParsedDomains {
  const accepted = new Set<string>();
  const refused = new Map<string, { kind: DomainRefusal; value: string }>();
  for (const word of valuesOf(plainText(text))) {
    const verdict = judge(word, lists);
    if (verdict.kind === "accepted") accepted.add(verdict.value);
    else refused.set(`${verdict.kind} ${verdict.value}`, { kind: verdict.kind, value: verdict.value });
  }
  return { accepted: [...accepted], refused: [...refused.values()] };
}

/** The host that a text names, if somebody can own it: `mail.acme.com` of `https://mail.acme.com/`, and nothing of `co.uk`. */
export function hostIn(text: string): string | undefined {
  const host = hostOf(plainText(text));
  return host === undefined || registrableDomain(host) === undefined ? undefined : host;
}

type Verdict = { kind: DomainRefusal | "accepted"; value: string };

function judge(word: string, lists: DomainLists): Verdict {
  const host = hostOf(word);
  const domain = host === undefined ? undefined : registrableDomain(host);
  if (host === undefined || domain === undefined) return { kind: "domain-invalid", value: shortened(word) };
  const own = listed(host, domain, lists.own);
  if (own !== undefined) return { kind: "domain-own", value: own };
  const common = listed(host, domain, lists.common);
  if (common !== undefined) return { kind: "domain-common", value: common };
  return { kind: "accepted", value: domain };
}

/**
 * The name under which a host or its domain is in the list. Hosts count because some providers live below a company's
 * domain (privaterelay.appleid.com); no name shorter than the registrable domain does.
 */
function listed(host: string, domain: string, list: DomainSet): string | undefined {
  for (let name = host; name.length > domain.length; name = name.slice(name.indexOf(".") + 1)) {
    if (list.has(name)) return name;
  }
  return list.has(domain) ? domain : undefined;
}

// Nothing of this can be seen: zero-width and direction marks, soft hyphens, control characters other than white space.
const invisible = /\p{Cf}|(?!\s)\p{Cc}/gu;
const unusual = /[^\t-\r -~]/;

/** Without invisible characters; full-width forms, ideographic punctuation and backslashes as their ASCII twins. */
function plainText(text: string): string {
  const slashed = text.includes("\\") ? text.replaceAll("\\", "/") : text;
  if (!unusual.test(slashed)) return slashed;
  return slashed
    .replaceAll("\u0085", " ")
    .replace(invisible, "")
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\u3002\uff61]/g, ".")
    .replaceAll("\u3001", ",");
}

const separator = /[\s,;]+/;
const startsValue = /^[<("'[]*(?:[a-z][a-z0-9+.-]*:\/\/|www\.)|@/i;

/**
 * The words of a text that are values. After a value with "/" only a word that plainly starts anew is one: paths hold
 * blanks and commas ("…/Gender Pay Report.pdf"). In `Jane Doe <jane@acme.com>` the words before the address are a name.
 */
function valuesOf(text: string): string[] {
  const values: string[] = [];
  let inPath = false;
  for (const word of text.split(separator)) {
    if (word === "" || (inPath && !startsValue.test(word))) continue;
    const address = /<([^<>]*@[^<>]*)>?/.exec(word)?.[1];
    if (address !== undefined) while (isNameWord(values.at(-1))) values.pop();
    values.push(address ?? word);
    inPath = word.includes("/");
  }
  return values;
}

function isNameWord(word: string | undefined): boolean {
  if (word === undefined || /[@/]/.test(word)) return false;
  const host = hostOf(word);
  return host === undefined || registrableDomain(host) === undefined;
}

const wrapping = /^[<("'[{«“‘„]+|[>)"'\]}»”’.,:!]+$/g;
const scheme = /^(?:[a-z][a-z0-9+.-]*:\/\/+|(?:mailto|https?|ftp|smtp):\/*|\/\/+)/i;
const asciiHost = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/;
const hostCharacters = /^[a-z0-9_.\-\u0080-\u{10ffff}]*$/u;

/** The host of a domain, address or website, in lower-case ASCII without leading `www.`; undefined if there is none. */
function hostOf(value: string): string | undefined {
  const bare = value.replace(wrapping, "").replace(scheme, "");
  const authority = /^[^/?#]*/.exec(bare)?.[0] ?? "";
  const written = authority
    .slice(authority.lastIndexOf("@") + 1)
    .replace(/:\d*$/, "")
    .replace(/^\*?\.|\.+$/g, "")
    .toLowerCase();
  // domainToASCII would also unescape, cut paths off and read numbers as IP addresses: hand it nothing but host characters.
  const isAscii = !unusual.test(written);
  if (!hostCharacters.test(written)) return undefined;
  const host = isAscii ? written : domainToASCII(written);
  return host.length <= 253 && asciiHost.test(host) ? host.replace(/^(?:www\.)+/, "") : undefined;
}

const options = {
  allowPrivateDomains: true,
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
} as const;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The domain somebody registered. Undefined for unknown suffixes (IP addresses among them) and for suffixes themselves,
 * unless a private suffix is also a registration under ICANN's rules: rub.de is the Ruhr university's, while
 * s3.eu-west-1.amazonaws.com is nobody's.
 */
function registrableDomain(host: string): string | undefined {
  const found = parse(host, options);
  if (found.isIcann !== true && found.isPrivate !== true) return undefined;
  const domain = found.domain ?? ownerOfSuffix(host);
  // What is left of `a.www.gov.uk` is `www.gov.uk`, which names the suffix gov.uk and would not survive a second reading.
  if (domain === undefined || domain.startsWith("www.")) return undefined;
  return domain.split(".").every((part) => label.test(part)) ? domain : undefined;
}

function ownerOfSuffix(host: string): string | undefined {
  const found = parse(host, { ...options, allowPrivateDomains: false });
  return found.isIcann === true && found.domain === host ? host : undefined;
}

/** For people to recognise: no database column or table cell needs more. */
function shortened(word: string): string {
  return word.slice(0, 200).replace(/[\ud800-\udbff]$/, "");
}
