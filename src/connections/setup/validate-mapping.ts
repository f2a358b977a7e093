// Validates a mapping against the organisation's columns and our custom fields. Pure.
import { nameKey } from "../../accounts/name-key.ts";
import type { Column } from "../../dataverse/model.ts";
import { MAX_CUSTOM_FIELDS, type FieldType } from "../../settings/field-types.ts";
import type { Mapping } from "../../settings/sync-settings.ts";
import { targetNames } from "../../sync/rules/compatibility.ts";
import { checkMapping } from "../../sync/rules/mapping.ts";

/** A custom field that exists. */
export type ExistingField = { readonly name: string; readonly type: FieldType };

export type MappingValidation = {
  /** The mapping cannot be used until these are solved. */
  readonly problems: string[];
  /** Parts of the mapping that have no effect. */
  readonly warnings: string[];
  readonly newFields: string[];
};

export function validateMapping(
  mapping: Mapping,
  columns: readonly Column[],
  fields: readonly ExistingField[],
): MappingValidation {
  const { problems, missingColumns, unreadableColumns } = checkMapping(mapping, columns);
  const requiredColumns = new Set([mapping.name, ...mapping.domains]);
  return {
    problems: [...problems, ...fieldProblems(mapping, fields)],
    warnings: [
      ...missingColumns
        .filter((name) => !requiredColumns.has(name))
        .map((name) => `The column ${name} does not exist any more; its mapping has no effect. Remove it.`),
      ...unreadableColumns
        .filter((name) => !requiredColumns.has(name))
        .map((name) => `The column ${name} is secured and may not be read; its mapping has no effect.`),
    ],
    newFields: newFieldsOf(mapping, fields),
  };
}

/** Names of the custom fields that the mapping would create; only a company admin may do that. */
export function newFieldsOf(mapping: Pick<Mapping, "fields">, fields: readonly ExistingField[]): string[] {
  const existing = new Set(fields.map(({ name }) => name));
  return mapping.fields.map(({ field }) => field.trim()).filter((name) => !existing.has(name));
}

function fieldProblems(mapping: Mapping, fields: readonly ExistingField[]): string[] {
  const problems = mapping.fields.flatMap(({ field, type }) => {
    const sameName = fields.find(({ name }) => nameKey(name) === nameKey(field));
    if (sameName === undefined) return [];
    if (sameName.type !== type)
      return [
        `The field "${sameName.name}" exists as ${targetNames[sameName.type]}, and a field keeps its type. ` +
          "Map to a field of another name.",
      ];
    return sameName.name === field.trim()
      ? []
      : [`There is a field "${sameName.name}" already. Write it the same way, or choose another name.`];
  });
  const total = fields.length + newFieldsOf(mapping, fields).length;
  if (total > MAX_CUSTOM_FIELDS)
    problems.push(
      `With this mapping there would be ${total} fields, and accounts can have ${MAX_CUSTOM_FIELDS}. ` +
        "Map fewer columns.",
    );
  return problems;
}
