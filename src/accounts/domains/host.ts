// Finds the host in one value, such as `mail.acme.com` in `https://mail.acme.com/about`, and the
// domain that somebody registered. Suffixes: the Public Suffix List as shipped by tldts, private
// ones included. Non-ASCII letters: UTS 46 by tr46.
import { parse } from "tldts";
import { toASCII } from "tr46";

// The same quotation mark opens in one language and closes in another („acme.com“, »acme.com«).
const QUOTES = "\"'`«»‹›“”„‘’‚";
/** Brackets and quotation marks that may open a value, as a part of a regular expression. */
export const OPENING = `[<([{${QUOTES}]*`;
const WRAPPING = new RegExp(`^${OPENING}|[>)\\]}${QUOTES}.,:!]+$`, "g");

/** One word of a text, read as a domain, an e-mail address or a website. */
export type Value = {
  readonly word: string;
  /** A scheme with "://". */
  readonly hasScheme: boolean;
  /** What stands before a path or query: the host, perhaps with a user name and a port. */
  readonly authority: string;
  /** In lower-case ASCII without leading `www.`; undefined if there is none. */
  readonly host: string | undefined;
  /** The domain that somebody registered; undefined if the host has none. */
  readonly domain: string | undefined;
  /** What follows a "/" behind the host: path, query and fragment. */
  readonly rest: string;
};

export function readValue(word: string): Value {
  const unwrapped = word.replace(WRAPPING, "");
  const bare = unwrapped.replace(SCHEME, "");
  const authority = /^[^/?#]*/.exec(bare)?.[0] ?? "";
  const host = hostOf(authority);
  return {
    word,
    hasScheme: unwrapped.slice(0, unwrapped.length - bare.length).includes("://"),
    authority,
    host,
    domain: host === undefined ? undefined : registrableDomain(host),
    rest: bare[authority.length] === "/" ? bare.slice(authority.length).replace(/^\/+/, "") : "",
  };
}

const SCHEME =
  /^(?:(?:url|web|website|homepage):)?(?:[a-z][a-z0-9+.-]*:\/\/+|(?:mailto|https?|ftp|smtp):\/*|\/+)?/i;
// Labels of RFC 1035, with underscores, which hosts may have and domains may not.
const ASCII_HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.(?!$)|$))+$/;

/** Returns the host behind user name and password, and before a port. */
function hostOf(authority: string): string | undefined {
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
