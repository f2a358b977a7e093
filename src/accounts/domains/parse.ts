// Finds the registrable domains in what people type into a website, e-mail or domain field; all
// sources share it, so that the same text always gives the same domains. Suffixes: the Public
// Suffix List as shipped by tldts, private ones included. Non-ASCII letters: UTS 46 by tr46.
import { parse } from "tldts";
import { toASCII } from "tr46";
import type { DomainSet } from "./common.ts";

export type DomainRefusal = "domain-invalid" | "domain-common" | "domain-own";

export interface DomainLists {
  /** Domains of mail providers: `commonDomains`, or a workspace's corrected version. */
  readonly common: DomainSet;
  /** The company's own domains, whose senders are colleagues and not customers. */
  readonly own: DomainSet;
}

export interface ParsedDomains {
  /** Registrable domains in lower-case ASCII, in the order of the text, without duplicates. */
  readonly accepted: string[];
  /**
   * Refused values without duplicates: for `domain-invalid` the word as written, else the domain or
   * the provider's host.
   */
  readonly refused: { kind: DomainRefusal; value: string }[];
}

/**
 * Parses a text that holds domains, e-mail addresses and websites in any mixture. It never throws.
 */
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

/**
 * Returns the host that a text names if it has a registrable domain: `mail.acme.com` for
 * `https://mail.acme.com/`, undefined for `co.uk`.
 */
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
 * Returns the list's entry that matches the host: the host itself, a parent of it, or the
 * registrable domain, but nothing shorter. Hosts count because some providers use one below a
 * company's domain (privaterelay.appleid.com).
 */
function listedName(host: string, domain: string, list: DomainSet): string | undefined {
  for (let name = host; name.length > domain.length; name = name.slice(name.indexOf(".") + 1)) {
    if (list.has(name)) return name;
  }
  return list.has(domain) ? domain : undefined;
}

// Invisible characters: zero-width and direction marks, soft hyphens, variation selectors. Letters
// that Unicode also calls ignorable (the Hangul fillers) look like a blank, and stay, because no
// host has them.
const INVISIBLE = /\p{Cf}|(?!\p{L})\p{Default_Ignorable_Code_Point}/gu;
const NON_ASCII_OR_CONTROL = /[^\t-\r -~]/;

/**
 * Removes invisible characters, and replaces control characters by blanks, so that they still
 * separate words. Full-width forms, punctuation of other scripts and backslashes become ASCII.
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

// The same quotation mark opens in one language and closes in another („acme.com“, »acme.com«).
const QUOTES = "\"'`«»‹›“”„‘’‚";
const WRAPPING = new RegExp(`^[<([{${QUOTES}]+|[>)\\]}${QUOTES}.,:!]+$`, "g");
const SEPARATOR = /[\s,;]+/;
const VALUE_START = new RegExp(`^[<([{${QUOTES}]*(?:[a-z][a-z0-9+.-]*://|www\\.)|@`, "i");
/**
 * Matches `shown<target>` of mail programs and `[shown](target)` of Markdown; the target is an
 * address or a website.
 */
const LINK = /^(?<shown>.*?)(?:<|\]\()(?<target>(?:[^<>()]*@|[a-z][a-z0-9+.-]*:\/\/|www\.)[^<>()]*)/i;

/**
 * Returns the words of a text that are values. After a word with "/" only a word that clearly
 * starts a new value counts, because paths hold blanks and commas ("…/Gender Pay Report.pdf"). In
 * `Jane Doe <jane@acme.com>` the words before the link are a name.
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
      // If text and target are both websites, the target may be the redirect of a mail filter, so the
      // text counts.
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
// Labels of RFC 1035, with underscores, which hosts may have and domains may not.
const ASCII_HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.(?!$)|$))+$/;

/**
 * Returns the host of a domain, address or website in lower-case ASCII without leading `www.`, or
 * undefined.
 */
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

// Letters, marks and digits, as IDNA2008 allows. Other characters (dashes, bullets, typographic
// apostrophes, ™) separate or decorate a domain, and would otherwise become part of a domain that
// nobody owns. The dot of l·l is Catalan. Invisible letters (the Hangul fillers) look like blanks,
// although IDNA maps them to nothing.
const UNICODE_HOST =
  /^(?:(?!-)(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}_-]|(?<=l)·(?=l))+(?<!-)(?:\.|$))+$/u;

// The options by which the URL Standard converts hosts. Node's own domainToASCII differs between
// versions: Node 24 accepts invalid Punycode that Node 20 refuses, so the same text would give
// other domains after an upgrade.
const URL_STANDARD_OPTIONS = { checkBidi: true, checkJoiners: true } as const;

/**
 * Converts a host in non-ASCII letters, Punycode or percent-encoding; the result is empty if it is
 * invalid.
 */
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
 * Returns the domain that somebody registered. It is undefined for unknown suffixes (IP addresses
 * among them) and for suffixes themselves, unless a private suffix is also a registration by
 * ICANN's rules: rub.de belongs to the Ruhr university, s3.eu-west-1.amazonaws.com to nobody.
 */
function registrableDomain(host: string): string | undefined {
  const found = parse(host, SUFFIX_OPTIONS);
  if (found.isIcann !== true && found.isPrivate !== true) return undefined;
  const domain = found.domain ?? icannRegistration(host);
  // `a.www.gov.uk` would give `www.gov.uk`, which without its `www.` is the suffix gov.uk, so that
  // parsing the result again would fail.
  return domain === undefined || domain.startsWith("www.") || domain.includes("_") ? undefined : domain;
}

function icannRegistration(host: string): string | undefined {
  const found = parse(host, { ...SUFFIX_OPTIONS, allowPrivateDomains: false });
  return found.isIcann === true && found.domain === host ? host : undefined;
}

/** Truncates a word to what people need to recognise it. */
function truncated(word: string): string {
  return word.slice(0, 200).replace(/[\ud800-\udbff]$/, "");
}
