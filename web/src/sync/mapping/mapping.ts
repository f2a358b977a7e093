// Edits a mapping as a list of entries: a column and its target. Pure; the server validates, and
// sends the compatible targets with each column.
import type { CustomFieldView } from "../../../../src/api/contract/accounts.ts";
import type { ColumnView, SyncSettings } from "../../../../src/api/contract/connection.ts";
import { FIELD_TYPE_NAMES } from "../../format/fields.ts";

export type Mapping = SyncSettings["mapping"];
type FieldType = CustomFieldView["type"];

export type Target =
  | { readonly kind: "name" | "domains" | "description" }
  | { readonly kind: FieldType; readonly field: string };

export type MappingEntry = { readonly column: string; readonly target: Target };

export type MappingEdit =
  | { readonly kind: "map"; readonly entries: readonly MappingEntry[] }
  | { readonly kind: "unmap"; readonly entry: MappingEntry };

/** A form value for a target: "domains", or "field:Industry". */
export function targetKey(target: Target): string {
  return "field" in target ? `field:${target.field}` : target.kind;
}

export function mappingEntries(mapping: Mapping): MappingEntry[] {
  return [
    { column: mapping.name, target: { kind: "name" } },
    ...mapping.domains.map((column): MappingEntry => ({ column, target: { kind: "domains" } })),
    ...(mapping.description === undefined
      ? []
      : [{ column: mapping.description, target: { kind: "description" } } satisfies MappingEntry]),
    ...mapping.fields.map(({ column, field, type }): MappingEntry => ({
      column,
      target: { kind: type, field },
    })),
  ];
}

/**
 * The mapping after an edit. A target other than Domains takes one column only, so a new one
 * replaces it.
 */
export function applyEdit(mapping: Mapping, edit: MappingEdit): Mapping {
  return edit.kind === "unmap" ? withoutEntry(mapping, edit.entry) : edit.entries.reduce(withEntry, mapping);
}

function withEntry(mapping: Mapping, { column, target }: MappingEntry): Mapping {
  if ("field" in target) {
    const others = mapping.fields.filter(({ field }) => field !== target.field);
    return { ...mapping, fields: [...others, { column, field: target.field, type: target.kind }] };
  }
  switch (target.kind) {
    case "name":
      return { ...mapping, name: column };
    case "description":
      return { ...mapping, description: column };
    case "domains":
      return { ...mapping, domains: [...mapping.domains.filter((one) => one !== column), column] };
  }
}

function withoutEntry(mapping: Mapping, { column, target }: MappingEntry): Mapping {
  if ("field" in target)
    return { ...mapping, fields: mapping.fields.filter(({ field }) => field !== target.field) };
  switch (target.kind) {
    // The name is always mapped, so its column can be replaced and not removed.
    case "name":
      return mapping;
    case "description": {
      const { description: _, ...rest } = mapping;
      return rest;
    }
    case "domains":
      return { ...mapping, domains: mapping.domains.filter((one) => one !== column) };
  }
}

export function targetsOf(mapping: Mapping, column: string): Target[] {
  return mappingEntries(mapping)
    .filter((entry) => entry.column === column)
    .map(({ target }) => target);
}

export type TargetOption = {
  readonly target: Target;
  readonly label: string;
  /** The mapped column that this one would replace. */
  readonly replaces: string | null;
};

/** The targets that a column may still be mapped to, by the compatibility that came with it. */
export function targetOptions(
  column: ColumnView,
  mapping: Mapping,
  fields: readonly CustomFieldView[],
): { account: TargetOption[]; custom: TargetOption[] } {
  const entries = mappingEntries(mapping);
  const optionFor = (target: Target, label: string): TargetOption[] => {
    const current = entries.filter((entry) => targetKey(entry.target) === targetKey(target));
    if (current.some((entry) => entry.column === column.logicalName)) return [];
    const replaces = target.kind === "domains" ? null : (current[0]?.column ?? null);
    return [{ target, label, replaces }];
  };
  const accountTargets = [
    { kind: "name", label: "Name" },
    { kind: "domains", label: "Email domain" },
    { kind: "description", label: "Description" },
  ] as const;
  return {
    account: accountTargets
      .filter(({ kind }) => column.targets.includes(kind))
      .flatMap(({ kind, label }) => optionFor({ kind }, label)),
    custom: fields
      .filter(({ type }) => column.targets.includes(type))
      .flatMap(({ name, type }) =>
        optionFor({ kind: type, field: name }, `${name} (${FIELD_TYPE_NAMES[type]})`),
      ),
  };
}

/** The types of new custom fields that this column could be mapped to. */
export function newFieldTypes(column: ColumnView): FieldType[] {
  return column.targets.filter(
    (kind): kind is FieldType => kind !== "name" && kind !== "domains" && kind !== "description",
  );
}

export function targetLabel(target: Target): string {
  if ("field" in target) return `${target.field} (${FIELD_TYPE_NAMES[target.kind]})`;
  return { name: "Name", domains: "Email domain", description: "Description" }[target.kind];
}

export type Suggestion = MappingEntry & {
  readonly label: string;
  /** The custom field to create, if the target does not exist yet. */
  readonly newField: { readonly name: string; readonly type: FieldType } | null;
};

/** Suggested entries that are not mapped yet and replace no other column. */
export function suggestionsFor(
  columns: readonly ColumnView[],
  mapping: Mapping,
  fields: readonly CustomFieldView[],
  canCreateFields: boolean,
): Suggestion[] {
  const mappedTargets = new Set(mappingEntries(mapping).map(({ target }) => targetKey(target)));
  return columns.flatMap((column): Suggestion[] => {
    const target = suggestedTarget(column);
    if (target === null || mappedTargets.has(targetKey(target))) return [];
    mappedTargets.add(targetKey(target));
    const isNew = "field" in target && !fields.some(({ name }) => name === target.field);
    if (isNew && !canCreateFields) return [];
    const newField = isNew ? { name: target.field, type: target.kind } : null;
    return [{ column: column.logicalName, target, label: column.label, newField }];
  });
}

function suggestedTarget({ suggestion }: ColumnView): Target | null {
  if (suggestion === null) return null;
  const { kind, field } = suggestion;
  if (kind === "name" || kind === "domains" || kind === "description") return { kind };
  return field === null ? null : { kind, field };
}

/** Mapped columns that no longer exist in Dynamics 365. */
export function missingColumns(mapping: Mapping, columns: readonly ColumnView[]): MappingEntry[] {
  const known = new Set(columns.map(({ logicalName }) => logicalName));
  return mappingEntries(mapping).filter(({ column }) => !known.has(column));
}

/**
 * Columns that match the query: mapped ones first, then those with a suggestion, then those with a
 * value.
 */
export function searchColumns(columns: readonly ColumnView[], mapping: Mapping, query: string): ColumnView[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const mapped = new Set(mappingEntries(mapping).map(({ column }) => column));
  const rank = ({ logicalName, suggestion, sample, targets }: ColumnView): number => {
    if (mapped.has(logicalName)) return 0;
    if (suggestion !== null) return 1;
    if (targets.length === 0) return 4;
    return sample === null ? 3 : 2;
  };
  return columns
    .filter(({ label, logicalName, type }) => {
      const text = `${label} ${logicalName} ${type}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label, "en"));
}
