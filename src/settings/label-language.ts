// The language of labels, by its code in Dynamics 365 (LCID), such as 1033.
import { z } from "zod";
import { wholeNumber } from "./whole-number.ts";

/** Tags of the languages that Dynamics 365 offers (Microsoft Open Specifications, MS-LCID). */
const LANGUAGE_TAGS: Readonly<Record<number, string>> = {
  1025: "ar",
  1026: "bg",
  1027: "ca",
  1028: "zh-TW",
  1029: "cs",
  1030: "da",
  1031: "de",
  1032: "el",
  1033: "en",
  1035: "fi",
  1036: "fr",
  1037: "he",
  1038: "hu",
  1040: "it",
  1041: "ja",
  1042: "ko",
  1043: "nl",
  1044: "nb",
  1045: "pl",
  1046: "pt-BR",
  1048: "ro",
  1049: "ru",
  1050: "hr",
  1051: "sk",
  1053: "sv",
  1054: "th",
  1055: "tr",
  1057: "id",
  1058: "uk",
  1060: "sl",
  1061: "et",
  1062: "lv",
  1063: "lt",
  1066: "vi",
  1069: "eu",
  1081: "hi",
  1086: "ms",
  1087: "kk",
  1110: "gl",
  2052: "zh-CN",
  2070: "pt-PT",
  2074: "sr-Latn",
  3076: "zh-HK",
  3082: "es",
  3098: "sr-Cyrl",
};

/** What a person may enter. */
export const labelLanguageInput = wholeNumber(1, 65_535);

/** A language, with its English name. */
export const namedLanguage = z.object({ code: z.number(), name: z.string() });
export type NamedLanguage = z.infer<typeof namedLanguage>;

/** "German" for 1031; an unknown language is named by its code. */
export function languageName(code: number): string {
  const tag = LANGUAGE_TAGS[code];
  const name = tag && new Intl.DisplayNames("en", { type: "language" }).of(tag);
  return name ?? `language ${code}`;
}

export function withName(code: number): NamedLanguage {
  return { code, name: languageName(code) };
}
