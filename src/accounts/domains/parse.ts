// From what people type into a website, e-mail or domain field to the domains an account can hold.
// Every way in (Dynamics, API, CSV, by hand) uses this one function, so the same text always gives the same domains.
// Suffixes: the Public Suffix List as shipped by tldts, private suffixes included. Other letters: UTS 46 as shipped by tr46.
import { parse } from "tldts";
import { toASCII } from "tr46";
import type { DomainSet } from "./common.ts";

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
  for (const word of extractValues(normalizeText(text))) {
    const classification = classifyWord(word, lists);
    if (classification.kind === "accepted") accepted.add(classification.value);
    else
      refused.set(`${classification.kind} ${classification.value}`, {
        kind: classification.kind,
        value: classification.value,
      });
  }
  return { accepted: [...accepted], refused: [...refused.values()] };
}

/** The host that a text names, if somebody can own it: `mail.acme.com` of `https://mail.acme.com/`, and nothing of `co.uk`. */
export function registrableHost(text: string): string | undefined {
  const host = hostOf(normalizeText(text));
  return host === undefined || registrableDomain(host) === undefined ? undefined : host;
}

type Classification = { kind: DomainRefusal | "accepted"; value: string };

function classifyWord(word: string, lists: DomainLists): Classification {
  const host = hostOf(word);
  const domain = host === undefined ? undefined : registrableDomain(host);
  if (host === undefined || domain === undefined) return { kind: "domain-invalid", value: truncated(word) };
  const own = listedName(host, domain, lists.own);
  if (own !== undefined) return { kind: "domain-own", value: own };
  const common = listedName(host, domain, lists.common);
  if (common !== undefined) return { kind: "domain-common", value: common };
  return { kind: "accepted", value: domain };
}

/**
 * The name under which a host or its domain is in the list. Hosts count because some providers live below a company's
 * domain (privaterelay.appleid.com); no name shorter than the registrable domain does.
 */
function listedName(host: string, domain: string, list: DomainSet): string | undefined {
  for (let name = host; name.length > domain.length; name = name.slice(name.indexOf(".") + 1)) {
    if (list.has(name)) return name;
  }
  return list.has(domain) ? domain : undefined;
}

// Nothing of this can be seen: zero-width and direction marks, soft hyphens, variation selectors. Letters that Unicode
// also calls ignorable (the Hangul fillers) look like a blank, and stay what no host has.
const INVISIBLE = /\p{Cf}|(?!\p{L})\p{Default_Ignorable_Code_Point}/gu;
const NON_ASCII_OR_CONTROL = /[^\t-\r -~]/;

/**
 * Without invisible characters; control characters as blanks, so that what they keep apart stays apart; full-width
 * forms, punctuation of other scripts and backslashes as their ASCII twins.
 */
function normalizeText(text: string): string {
  const plain = NON_ASCII_OR_CONTROL.test(text) ? toAsciiEquivalents(text) : text;
  return plain.includes("\\") ? plain.replaceAll("\\", "/") : plain;
}

function toAsciiEquivalents(text: string): string {
  return text
    .replace(INVISIBLE, "")
    .replace(/\p{Cc}/gu, " ")
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\u3002\uff61]/g, ".")
    .replace(/[\u3001\uff64\u060c]/g, ",")
    .replace(/[\u061b\u037e]/g, ";");
}

// Quotation marks open in one language and close in another („acme.com“, »acme.com«).
const QUOTES = "\"'`«»‹›“”„‘’‚";
const WRAPPING = new RegExp(`^[<([{${QUOTES}]+|[>)\\]}${QUOTES}.,:!]+$`, "g");
const SEPARATOR = /[\s,;]+/;
const VALUE_START = new RegExp(`^[<([{${QUOTES}]*(?:[a-z][a-z0-9+.-]*://|www\\.)|@`, "i");
/** `shown<target>` of mail programs, `[shown](target)` of Markdown; the target is an address or a website. */
const LINK = /^(?<shown>.*?)(?:<|\]\()(?<target>(?:[^<>()]*@|[a-z][a-z0-9+.-]*:\/\/|www\.)[^<>()]*)/i;

/**
 * The words of a text that are values. After a value with "/" only a word that plainly starts anew is one: paths hold
 * blanks and commas ("…/Gender Pay Report.pdf"). In `Jane Doe <jane@acme.com>` the words before the link are a name.
 */
function extractValues(text: string): string[] {
  const values: string[] = [];
  let inPath = false;
  for (const word of text.split(SEPARATOR)) {
    if (word === "" || (inPath && !VALUE_START.test(word))) continue;
    inPath = word.includes("/");
    const { shown = "", target } = LINK.exec(word)?.groups ?? {};
    if (target === undefined) values.push(word);
    else {
      while (isNameWord(values.at(-1))) values.pop();
      // A website behind a website may be the detour of a mail filter: what is shown is what was meant.
      values.push(target.includes("@") || isNameWord(shown) ? target : shown);
    }
  }
  return values;
}

function isNameWord(word: string | undefined): boolean {
  if (word === undefined || /[@/]/.test(word)) return false;
  const host = hostOf(word);
  return host === undefined || registrableDomain(host) === undefined;
}

const SCHEME =
  /^(?:(?:url|web|website|homepage):)?(?:[a-z][a-z0-9+.-]*:\/\/+|(?:mailto|https?|ftp|smtp):\/*|\/\/+)?/i;
// Labels of RFC 1035, and underscores: hosts have them, domains do not.
const ASCII_HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.(?!$)|$))+$/;

/** The host of a domain, address or website, in lower-case ASCII without leading `www.`; undefined if there is none. */
function hostOf(value: string): string | undefined {
  const bare = value.replace(WRAPPING, "").replace(SCHEME, "");
  const authority = /^[^/?#]*/.exec(bare)?.[0] ?? "";
  const written = authority
    .slice(authority.lastIndexOf("@") + 1)
    .replace(/:\d*$/, "")
    .replace(/^\*?\.|\.+$/g, "")
    .toLowerCase();
  const host = written.includes("xn--") || !ASCII_HOST.test(written) ? asciiForm(written) : written;
  return host.length <= 253 && ASCII_HOST.test(host) ? host.replace(/^(?:www\.)+/, "") : undefined;
}

// Letters, their marks and digits, as IDNA2008 has it: whatever else Unicode knows (dashes, bullets, typographic
// apostrophes, ™) separates or adorns a domain, and would become part of one that nobody owns. The dot of l·l is Catalan.
// Letters that cannot be seen (the Hangul fillers) are blanks to a reader, though IDNA lately drops them.
const UNICODE_HOST =
  /^(?:(?!-)(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}_-]|(?<=l)·(?=l))+(?<!-)(?:\.|$))+$/u;

// As the URL Standard converts hosts. Node's own domainToASCII changes with the version of Node: 24 takes invalid
// Punycode that 20 refuses, and the same text would give other domains after an upgrade.
const URL_STANDARD_OPTIONS = { checkBidi: true, checkJoiners: true } as const;

/** Of a host in other letters, in Punycode or percent-encoded; empty if it is none. */
function asciiForm(written: string): string {
  const host = written.includes("%") ? percentDecoded(written) : written;
  return UNICODE_HOST.test(host) ? (toASCII(host, URL_STANDARD_OPTIONS) ?? "") : "";
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const SUFFIX_OPTIONS = {
  allowPrivateDomains: true,
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
} as const;

/**
 * The domain somebody registered. Undefined for unknown suffixes (IP addresses among them) and for suffixes themselves,
 * unless a private suffix is also a registration under ICANN's rules: rub.de is the Ruhr university's, while
 * s3.eu-west-1.amazonaws.com is nobody's.
 */
function registrableDomain(host: string): string | undefined {
  const found = parse(host, SUFFIX_OPTIONS);
  if (found.isIcann !== true && found.isPrivate !== true) return undefined;
  const domain = found.domain ?? icannRegistration(host);
  // What is left of `a.www.gov.uk` is `www.gov.uk`, which names the suffix gov.uk and would not survive a second reading.
  return domain === undefined || domain.startsWith("www.") || domain.includes("_") ? undefined : domain;
}

function icannRegistration(host: string): string | undefined {
  const found = parse(host, { ...SUFFIX_OPTIONS, allowPrivateDomains: false });
  return found.isIcann === true && found.domain === host ? host : undefined;
}

/** For people to recognise: no database column or table cell needs more. */
function truncated(word: string): string {
  return word.slice(0, 200).replace(/[\ud800-\udbff]$/, "");
}
