// Creates label objects and option sets of metadata responses, with members in the order of
// captured ones.
import type { Choice, Column } from "../org/columns.ts";
import { guidFrom } from "../org/guids.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** Whose `UserLocalizedLabel` it is. */
export interface LabelReader {
  readonly languageCode: number;
  readonly baseLanguage: number;
}

const ENGLISH = 1033;
const ENGLISH_READER: LabelReader = { languageCode: ENGLISH, baseLanguage: ENGLISH };

/**
 * Creates a label with its texts in all languages. `UserLocalizedLabel` is the text in the reader's
 * language, else in the organisation's base language, else null.
 * @param text in English; undefined when there is none
 * @param isManaged whether it is part of a managed solution, as all of Microsoft's are
 */
export function label(
  text: string | null | undefined,
  reader: LabelReader = ENGLISH_READER,
  otherLanguages: Readonly<Record<number, string>> = {},
  seed = "label",
  isManaged = true,
): JsonObject {
  const localized = (language: number, words: string): JsonObject => ({
    Label: words,
    LanguageCode: language,
    IsManaged: isManaged,
    MetadataId: guidFrom(seed, language, words),
    HasChanged: null,
  });
  const texts = { ...(text == null ? {} : { [ENGLISH]: text }), ...otherLanguages };
  const labels = new Map(
    Object.entries(texts).map(([language, words]) => [Number(language), localized(Number(language), words)]),
  );
  const { languageCode, baseLanguage } = reader;
  return {
    LocalizedLabels: [...labels.values()],
    UserLocalizedLabel: labels.get(languageCode) ?? labels.get(baseLanguage) ?? null,
  };
}

export function managedProperty(value: boolean | string, name: string, canBeChanged = true): JsonObject {
  return { Value: value, CanBeChanged: canBeChanged, ManagedPropertyLogicalName: name };
}

/** Returns the OptionSet of a choice column; null for a column without choices. */
export function optionSet(table: string, column: Column, reader: LabelReader): JsonObject | null {
  if (!column.choices) return null;
  const name = column.optionSet?.name ?? `${table}_${column.logicalName}`;
  const head = {
    MetadataId: guidFrom("optionset", name),
    HasChanged: null,
    IsCustomOptionSet: column.custom,
    IsGlobal: column.optionSet?.global ?? false,
    IsManaged: !column.custom,
    Name: name,
    ExternalTypeName: null,
    OptionSetType: column.type === "MultiSelectPicklist" ? "Picklist" : column.type,
    IntroducedVersion: "5.0.0.0",
    Description: label(undefined),
    DisplayName: label(column.label, reader, column.otherLabels, name, !column.custom),
    IsCustomizable: managedProperty(true, "iscustomizable"),
  };
  if (column.type === "Boolean") {
    const one = (value: number) =>
      option(
        column,
        column.choices?.find((choice) => choice.value === value),
        reader,
      );
    return { ...head, TrueOption: one(1), FalseOption: one(0) };
  }
  return {
    ...head,
    ParentOptionSetName: null,
    Options: column.choices.map((choice) => option(column, choice, reader)),
  };
}

function option(column: Column, choice: Choice | undefined, reader: LabelReader): JsonObject | null {
  if (!choice) return null;
  const kind = column.type === "State" || column.type === "Status" ? column.type : undefined;
  return {
    ...(kind ? { "@odata.type": `#Microsoft.Dynamics.CRM.${kind}OptionMetadata` } : {}),
    Value: choice.value,
    Color: column.custom ? "#0000ff" : null,
    IsManaged: !column.custom,
    ExternalValue: column.type === "Picklist" ? "" : null,
    ParentValues: [],
    MetadataId: null,
    HasChanged: null,
    ...(kind === "State" ? { DefaultStatus: choice.value + 1, InvariantName: choice.label ?? "" } : {}),
    ...(kind === "Status" ? { State: choice.state ?? 0, TransitionData: "" } : {}),
    Label: label(
      choice.label,
      reader,
      choice.otherLabels,
      `${column.logicalName} ${choice.value}`,
      !column.custom,
    ),
    Description: label(undefined),
  };
}
