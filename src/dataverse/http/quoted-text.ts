// What an answer says, as it may be shown to an admin: the title of a web page, or the message of
// another body, without markup, control characters and secrets.
import { TextDecoder } from "node:util";
import type { HttpResponse } from "../../lib/http.ts";

/** A page's title is near its start; the rest may be as long as its author likes. */
const HEAD_BYTES = 16 * 1024;
const MAX_QUOTE_LENGTH = 120;

export function isWebPage(response: HttpResponse): boolean {
  const type = String(response.headers["content-type"] ?? "");
  if (/\b(?:x?html|xhtml\+xml)\b/i.test(type)) return true;
  return /^[\s\uFEFF]*<(?:!doctype|html|head|body|title|script|meta|center|h\d)\b/i.test(headOf(response));
}

/** What the answer says in a few words; undefined if it says nothing. */
export function quoteOf(response: HttpResponse, secrets: readonly string[]): string | undefined {
  const head = headOf(response);
  const text = isWebPage(response) ? titleOf(head) : (messageOf(head) ?? plainTextOf(response, head));
  const quote = displayable(withoutSecrets(text, secrets));
  if (quote === "") return undefined;
  return quote.length > MAX_QUOTE_LENGTH ? `${quote.slice(0, MAX_QUOTE_LENGTH).trimEnd()}…` : quote;
}

/**
 * One line without control characters, and without those that are invisible or change the direction
 * of what follows.
 */
export function displayable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim();
}

/** The text without the secrets of its request, and without anything that looks like a token. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret), formEncoded(secret)])
    .filter((form) => form.length > 3)
    .reduce((left, secret) => left.replaceAll(secret, "…"), text)
    .replaceAll(/\bBearer\s+\S+/gi, "Bearer …")
    .replaceAll(/\beyJ[\w-]{8,}[\w.-]*/g, "…");
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

function headOf({ body, headers }: HttpResponse): string {
  const charset = /charset\s*=\s*"?([\w:-]+)/i.exec(String(headers["content-type"] ?? ""))?.[1];
  return decoderOf(charset).decode(body.subarray(0, HEAD_BYTES));
}

function decoderOf(charset = "utf-8"): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

function titleOf(html: string): string {
  const page = html.replaceAll(/<!--[\s\S]*?-->/g, " ");
  const element = /<(title|h[1-3])\b[^>]*>([\s\S]*?)<\/\1\s*>/gi;
  for (const [, , inner = ""] of page.matchAll(element)) {
    // Tags are dropped before and after decoding, so that none is written by its entities.
    const text = withoutTags(decodeEntities(withoutTags(inner)));
    if (displayable(text) !== "") return text;
  }
  return "";
}

function withoutTags(text: string): string {
  return text.replaceAll(/<[^<>]*>/g, " ").replaceAll(/[<>]/g, " ");
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ndash: "–",
  mdash: "—",
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? entity;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : entity;
  });
}

/** The message of a JSON body, wherever gateways put it. */
function messageOf(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const names = ["message", "error_description", "detail", "title", "description", "error"];
  const texts = [property(value, "error"), value].flatMap((part) =>
    names.map((name) => property(part, name)),
  );
  return texts.find((one): one is string => typeof one === "string" && one !== "") ?? "";
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}

function plainTextOf({ headers }: HttpResponse, text: string): string {
  const type = String(headers["content-type"] ?? "");
  return type === "" || /^text\//i.test(type) ? withoutTags(text) : "";
}
