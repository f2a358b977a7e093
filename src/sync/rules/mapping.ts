// Checks a mapping of Dynamics columns to fields against the columns of an organisation. A column
// may have several targets; a target has one column, except Domains, which has several in order.
import { nameKey } from "../../accounts/name-key.ts";
import { isBlank } from "../../lib/invisible-characters.ts";
import { MAX_CUSTOM_FIELDS, type TargetKind } from "../../settings/field-types.ts";
import type { Mapping } from "../../settings/sync-settings.ts";
import { incompatibilityReason, targetNames, targetsFor, type ColumnFacts } from "./compatibility.ts";

export interface MappableColumn extends ColumnFacts {
  /** False if the column is secured and the connected user may not read it. */
  readonly readable?: boolean | undefined;
}

export interface MappingCheck {
  /** Sentences; a mapping with a problem cannot be used. */
  readonly problems: string[];
  /** Mapped columns that the organisation does not have, each once. */
  readonly missingColumns: string[];
  /** Mapped columns that may not be read, each once. */
  readonly unreadableColumns: string[];
}

/**
 * Checks a mapping. A missing or unreadable column is a problem only if it is mapped to Name or
 * Domains; otherwise only that column is not synced.
 */
export function checkMapping(mapping: Mapping, columns: Iterable<MappableColumn>): MappingCheck {
  const known = new Map([...columns].map((column) => [column.logicalName, column]));
  const problems = duplicateProblems(mapping);
  const missing = new Set<string>();
  const unreadable = new Set<string>();
  for (const { column: logicalName, target } of usesOf(mapping)) {
    const column = known.get(logicalName);
    const isRequired = target === "name" || target === "domains";
    const targetName = targetNames[target];
    if (column === undefined) {
      missing.add(logicalName);
      if (isRequired)
        problems.push(
          `The column ${logicalName}, mapped to ${targetName}, does not exist. Choose another column.`,
        );
    } else if (!targetsFor(column).includes(target)) {
      problems.push(incompatibilityReason(column, target));
    } else if (column.readable === false) {
      unreadable.add(logicalName);
      if (isRequired) {
        problems.push(
          `The column ${logicalName}, mapped to ${targetName}, is secured and may not be read. ` +
            "Ask for a field security profile that allows it, or choose another column.",
        );
      }
    }
  }
  return { problems, missingColumns: [...missing], unreadableColumns: [...unreadable] };
}

/** The logical names of the columns that a mapping reads, each once. */
export function mappedColumns(mapping: Mapping): Set<string> {
  return new Set([...usesOf(mapping)].map(({ column }) => column));
}

function* usesOf(mapping: Mapping): Generator<{ column: string; target: TargetKind }> {
  yield { column: mapping.name, target: "name" };
  if (mapping.description !== undefined) yield { column: mapping.description, target: "description" };
  for (const column of mapping.domains) yield { column, target: "domains" };
  for (const { column, type } of mapping.fields) yield { column, target: type };
}

function duplicateProblems(mapping: Mapping): string[] {
  const problems: string[] = [];
  if (mapping.fields.length > MAX_CUSTOM_FIELDS) {
    problems.push(
      `${mapping.fields.length} custom fields are mapped; at most ${MAX_CUSTOM_FIELDS} can be. Remove the ones nobody needs.`,
    );
  }
  if (mapping.fields.some(({ field }) => isBlank(field))) problems.push("A custom field needs a name.");
  for (const key of duplicates(mapping.fields.map(({ field }) => nameKey(field)).filter(Boolean))) {
    const { field: name } = mapping.fields.find(({ field }) => nameKey(field) === key)!;
    problems.push(`The field ${name} is mapped twice. Keep one column for it.`);
  }
  for (const column of duplicates(mapping.domains)) {
    problems.push(`The column ${column} is mapped to Domains twice. Remove one.`);
  }
  return problems;
}

function duplicates(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
