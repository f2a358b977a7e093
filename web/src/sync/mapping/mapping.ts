// The mapping as somebody edits it: which column feeds which of our fields, as a list of pairs. Pure; the server has the
// last word on what may be mapped (compatibility comes with each column, problems from its check).
import type { CustomFieldView } from "../../../../src/api/contract/accounts.ts";
import type { ColumnView, SyncSettings } from "../../../../src/api/contract/connection.ts";
import { TYPE_NAMES } from "../../format/fields.ts";

export type Mapping = SyncSettings["mapping"];
type FieldType = CustomFieldView["type"];

export type Target =
  | { readonly kind: "name" | "domains" | "description" }
  | { readonly kind: FieldType; readonly field: string };

export type Pair = { readonly column: string; readonly target: Target };

export type Edit =
  | { readonly do: "map"; readonly pairs: readonly Pair[] }
  | { readonly do: "unmap"; readonly pair: Pair };

/** One text for one target, as a form's value: "domains", or "field:Industry". */
export function keyOf(target: Target): string {
  return "field" in target ? `field:${target.field}` : target.kind;
}

export function pairsOf(mapping: Mapping): Pair[] {
  return [
    { column: mapping.name, target: { kind: "name" } },
    ...mapping.domains.map((column): Pair => ({ column, target: { kind: "domains" } })),
    ...(mapping.description === undefined
      ? []
      : [{ column: mapping.description, target: { kind: "description" } } satisfies Pair]),
    ...mapping.fields.map(({ column, field, type }): Pair => ({ column, target: { kind: type, field } })),
  ];
}

/** The mapping after an edit. What takes one column only (all but Domains) moves from the column it had. */
export function edited(mapping: Mapping, edit: Edit): Mapping {
  return edit.do === "unmap" ? without(mapping, edit.pair) : edit.pairs.reduce(withPair, mapping);
}

function withPair(mapping: Mapping, { column, target }: Pair): Mapping {
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

function without(mapping: Mapping, { column, target }: Pair): Mapping {
  if ("field" in target)
    return { ...mapping, fields: mapping.fields.filter(({ field }) => field !== target.field) };
  switch (target.kind) {
    // An account always has a name, so its column can be changed and not taken away.
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
  return pairsOf(mapping)
    .filter((pair) => pair.column === column)
    .map(({ target }) => target);
}

export type Offer = {
  readonly target: Target;
  readonly label: string;
  /** The column that feeds it now and would no longer. */
  readonly insteadOf: string | null;
};

/** Where a column may still go, by the table of compatibility that came with it. */
export function offersFor(
  column: ColumnView,
  mapping: Mapping,
  fields: readonly CustomFieldView[],
): { account: Offer[]; custom: Offer[] } {
  const pairs = pairsOf(mapping);
  const offer = (target: Target, label: string): Offer[] => {
    const feeding = pairs.filter((pair) => keyOf(pair.target) === keyOf(target));
    if (feeding.some((pair) => pair.column === column.logicalName)) return [];
    const insteadOf = target.kind === "domains" ? null : (feeding[0]?.column ?? null);
    return [{ target, label, insteadOf }];
  };
  const ours = [
    { kind: "name", label: "Name" },
    { kind: "domains", label: "Email domain" },
    { kind: "description", label: "Description" },
  ] as const;
  return {
    account: ours
      .filter(({ kind }) => column.targets.includes(kind))
      .flatMap(({ kind, label }) => offer({ kind }, label)),
    custom: fields
      .filter(({ type }) => column.targets.includes(type))
      .flatMap(({ name, type }) => offer({ kind: type, field: name }, `${name} (${TYPE_NAMES[type]})`)),
  };
}

/** Types of which a new custom field could take this column. */
export function newFieldTypes(column: ColumnView): FieldType[] {
  return column.targets.filter(
    (kind): kind is FieldType => kind !== "name" && kind !== "domains" && kind !== "description",
  );
}

export function labelOf(target: Target): string {
  if ("field" in target) return `${target.field} (${TYPE_NAMES[target.kind]})`;
  return { name: "Name", domains: "Email domain", description: "Description" }[target.kind];
}

export type Suggestion = Pair & {
  readonly label: string;
  /** The custom field it needs and that does not exist yet. */
  readonly newField: { readonly name: string; readonly type: FieldType } | null;
};

/** Obvious pairs that are not mapped yet and take nothing away from another column. */
export function suggestionsFor(
  columns: readonly ColumnView[],
  mapping: Mapping,
  fields: readonly CustomFieldView[],
  mayMakeFields: boolean,
): Suggestion[] {
  const taken = new Set(pairsOf(mapping).map(({ target }) => keyOf(target)));
  return columns.flatMap((column): Suggestion[] => {
    const target = suggestedTarget(column);
    if (target === null || taken.has(keyOf(target))) return [];
    taken.add(keyOf(target));
    const isNew = "field" in target && !fields.some(({ name }) => name === target.field);
    if (isNew && !mayMakeFields) return [];
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

/** Mapped columns that Dynamics 365 does not have any more. */
export function lostColumns(mapping: Mapping, columns: readonly ColumnView[]): Pair[] {
  const known = new Set(columns.map(({ logicalName }) => logicalName));
  return pairsOf(mapping).filter(({ column }) => !known.has(column));
}

/** Columns a person looks for, those with something mapped first, then those that hold something. */
export function foundColumns(
  columns: readonly ColumnView[],
  mapping: Mapping,
  searched: string,
): ColumnView[] {
  const words = searched.toLowerCase().split(/\s+/).filter(Boolean);
  const mapped = new Set(pairsOf(mapping).map(({ column }) => column));
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
