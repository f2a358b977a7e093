// Splits what people type into a domain, e-mail or website field into its values, so that text
// around them is no value, and a path is no further one.
import { INVISIBLE } from "../../lib/invisible-characters.ts";
import { OPENING, readValue, type Value } from "./host.ts";

const NON_ASCII_OR_CONTROL = /[^\t-\r -~]/;

/**
 * Removes invisible characters, and replaces control characters by blanks, so that they still
 * separate words. Full-width forms, punctuation of other scripts and backslashes become ASCII.
 */
export function normalizeText(text: string): string {
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

const SEPARATOR = /[\s,;|]+/;
const WEBSITE_START = new RegExp(`^${OPENING}(?:[a-z][a-z0-9+.-]*://|www\\.)`, "i");
const HAS_ADDRESS = /^[^/?#]*@/;
/**
 * Matches `shown<target>` of mail programs and `[shown](target)` of Markdown; the target is an
 * address or a website.
 */
const HAS_LINK = /<|\]\(/;
const LINK = /^(?<shown>.*?)(?:<|\]\()(?<target>(?:[^<>()]*@|[a-z][a-z0-9+.-]*:\/\/|www\.)[^<>()]*)/i;

/**
 * Returns the values of a normalized text. After a path only a word that clearly starts a new value
 * counts, because paths hold blanks and commas ("…/Gender Pay Report.pdf"). In `Jane Doe
 * <jane@acme.com>` the words before the link are a name.
 */
export function valuesInText(text: string): Value[] {
  const values: Value[] = [];
  let inPath = false;
  for (const word of wordsOf(text)) {
    if (word === "" || (inPath && !WEBSITE_START.test(word) && !HAS_ADDRESS.test(word))) continue;
    const { shown = "", target } = (HAS_LINK.test(word) && LINK.exec(word)?.groups) || {};
    const value = readValue(target ?? word);
    inPath = value.domain === undefined ? isBrokenWebsite(value) : value.rest !== "";
    if (target === undefined) values.push(value);
    else {
      while (isName(values.at(-1))) values.pop();
      // If text and target are both websites, the target may be the redirect of a mail filter, so the
      // text counts.
      const shownValue = readValue(shown);
      values.push(target.includes("@") || isName(shownValue) ? value : shownValue);
    }
  }
  return values;
}

const SLASHES = /^\/+$/;
const BEHIND_ADDRESS = /^([^/?#@]*@[^/?#@<([]*)\/+(.*)$/s;
/** Matches `a.com/www.b.com`. A "/" behind a colon belongs to a scheme. */
const WEBSITE_IN_PATH = /^[^?#]*?[^/:?#]\/+((?:www\.|[a-z][a-z0-9+.-]*:\/\/).*)$/is;
/** Matches `a.com/jane@b.com`; deeper in a path an address names a page. */
const ADDRESS_BEHIND_HOST = /^(?:[a-z][a-z0-9+.-]*:)?\/*[^/?#@]*[^/:?#@]\/+([^/?#@]+@[^/?#@]+)$/i;

function wordsOf(text: string): string[] {
  const words = text.split(SEPARATOR);
  return hasSlashBetweenValues(text) ? words.flatMap(splitAtSlashes) : words;
}

/** Whether it is worth looking: few texts need it, and looking takes as long as the rest. */
function hasSlashBetweenValues(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) return false;
  return text.lastIndexOf("://") > slash || /@|[^/:]\/+www\.|(?:^|[\s,;|])\/+(?:[\s,;|]|$)/i.test(text);
}

/**
 * Returns a word with the values that follow a "/" in it: anything behind an e-mail address, else
 * what cannot be meant as a part of the path. A "/" that stands alone is no word.
 */
function splitAtSlashes(word: string): string[] {
  if (SLASHES.test(word)) return [];
  const [, address, others] = BEHIND_ADDRESS.exec(word) ?? [];
  if (address !== undefined && others !== undefined) return [address, ...splitAtSlashes(others)];
  const next = (WEBSITE_IN_PATH.exec(word) ?? ADDRESS_BEHIND_HOST.exec(word))?.[1];
  return next === undefined ? [word] : [word, ...splitAtSlashes(next)];
}

/** In `https://www.acme inc.com` the blank is an error in the host, so `inc.com` is no value. */
function isBrokenWebsite({ word, host }: Value): boolean {
  return host !== undefined && host !== "www" && !host.includes(".") && WEBSITE_START.test(word);
}

function isName(value: Value | undefined): boolean {
  return value !== undefined && !/[@/]/.test(value.word) && value.domain === undefined;
}

/** Whether somebody meant a word as a value, unlike a word of prose or an abbreviation (z.B.). */
export function looksLikeValue({ authority, hasScheme }: Value): boolean {
  return (
    (hasScheme && authority !== "") ||
    authority.includes("@") ||
    (/[^.]\.[^.]/.test(authority) && !/\.\p{L}$/u.test(authority))
  );
}
