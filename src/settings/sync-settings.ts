// The settings of the sync, declared once for storing, showing, checking and executing. A schema
// describes what is stored and shown; one whose name ends in "Input" adds the limits for what a
// person enters.
import { z } from "zod";
import { fieldType, MAX_CUSTOM_FIELDS } from "./field-types.ts";
import { labelLanguageInput } from "./label-language.ts";

/** A view by its id or, in a connection file, by its name. */
export const selection = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("all") }),
  z.object({ kind: z.literal("view"), view: z.string() }),
]);
export type Selection = z.infer<typeof selection>;

const mappedField = z.object({ column: z.string(), field: z.string(), type: fieldType });

/** Columns by logical name; `field` is the name of a custom field. */
export const mapping = z.object({
  name: z.string().default("name"),
  description: z.string().optional(),
  domains: z.array(z.string()).readonly().default([]),
  fields: z.array(mappedField).readonly().default([]),
});
export type Mapping = z.infer<typeof mapping>;

const optionValues = z.object({
  allowDuplicateNames: z.boolean(),
  /** What happens to a record whose domain belongs to an account linked to another record. */
  onDomainTaken: z.enum(["skip", "without-domain"]),
});
const { allowDuplicateNames, onDomainTaken } = optionValues.shape;

export const syncOptions = z.object({
  allowDuplicateNames: allowDuplicateNames.default(false),
  onDomainTaken: onDomainTaken.default("skip"),
});
/**
 * Options to change, such as those that would resolve an issue. They have no defaults: what is left
 * out stays.
 */
export const changedOptions = optionValues.partial();
export type SyncOptions = z.infer<typeof syncOptions>;

/** Settings that are chosen, previewed and saved together. */
export const chosenSettings = z.object({
  selection,
  mapping,
  options: syncOptions,
  /** The language of labels; absent: that of the last run, at first that of the connected user. */
  labelLanguage: z.number().optional(),
});
export type ChosenSettings = z.infer<typeof chosenSettings>;

/** Settings of a run: with the domain lists, which are stored separately, as of its start. */
export const syncSettings = chosenSettings.extend({
  /** Hosts in lower-case ASCII, without `www.`, like those of `commonDomains`. */
  ownDomains: z.array(z.string()).readonly(),
  commonDomains: z.object({ add: z.array(z.string()).readonly(), remove: z.array(z.string()).readonly() }),
});
export type SyncSettings = z.infer<typeof syncSettings>;

const columnName = z.string().min(1).max(200);

export const selectionInput = z.discriminatedUnion("kind", [
  selection.options[0],
  selection.options[1].extend({ view: z.string().min(1).max(200) }),
]);

export const mappingInput = mapping.extend({
  name: columnName.default("name"),
  description: columnName.optional(),
  domains: z.array(columnName).max(20).readonly().default([]),
  fields: z
    .array(mappedField.extend({ column: columnName, field: z.string().trim().min(1).max(100) }))
    .max(MAX_CUSTOM_FIELDS)
    .readonly()
    .default([]),
});

export const chosenSettingsInput = chosenSettings.extend({
  selection: selectionInput,
  mapping: mappingInput,
  labelLanguage: labelLanguageInput.optional(),
});
