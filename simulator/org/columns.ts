// Defines columns of tables, with short functions to create them. As in Dataverse, a column's
// logical name is its schema name in lower case.
import type { ColumnType, QueryColumn, Value } from "../fetchxml/query-store.ts";

export interface Choice {
  readonly value: number;
  /** The label in English (1033); null when there is none. */
  readonly label: string | null;
  /** Labels in other languages, by language code. */
  readonly otherLabels?: Readonly<Record<number, string>>;
  /** The state that a status reason belongs to. */
  readonly state?: number;
}

export interface Column extends QueryColumn {
  readonly schemaName: string;
  readonly type: ColumnType;
  /** The label in English (1033). */
  label?: string;
  /** Labels in other languages, by language code. */
  otherLabels?: Readonly<Record<number, string>>;
  readonly attributeOf?: string;
  /** The enum `Format`; strings also have `formatName`. */
  readonly format?: string;
  readonly formatName?: string;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly precision?: number;
  readonly calculationOf?: string;
  readonly dateBehavior?: "UserLocal" | "DateOnly" | "TimeZoneIndependent";
  choices?: readonly Choice[];
  /** The name of the option set; `global` when columns share it. */
  readonly optionSet?: { readonly name: string; readonly global: boolean };
  readonly defaultChoice?: number;
  /** IsValidODataAttribute: false for companions such as `industrycodename`. */
  readonly odata: boolean;
  /** True when it is stored in another table. */
  readonly logical: boolean;
  readonly custom: boolean;
  secured: boolean;
  /** 0 simple, 1 calculated, 2 rollup, 3 formula. */
  readonly sourceType: 0 | 1 | 2 | 3;
  readonly required: "None" | "Recommended" | "SystemRequired" | "ApplicationRequired";
  readonly create: boolean;
  readonly update: boolean;
}

/** Everything but name and type may be omitted. */
export type ColumnProperties = { schemaName: string; type: ColumnType } & Partial<
  Omit<Column, "schemaName" | "type" | "logicalName">
>;

export function column(facts: ColumnProperties): Column {
  return {
    logicalName: facts.schemaName.toLowerCase(),
    readable: true,
    odata: true,
    logical: false,
    custom: /^[a-z]+[a-z0-9]*_/.test(facts.schemaName),
    secured: false,
    sourceType: 0,
    required: "None",
    create: true,
    update: true,
    ...(facts.dateBehavior === undefined || facts.dateBehavior === "UserLocal" ? {} : { wallClock: true }),
    ...facts,
  };
}

/** Creates a column of `Schema|Label` with further properties. */
function namedColumn(type: ColumnType, name: string, more: Partial<ColumnProperties>): Column {
  const [schemaName = "", label] = name.split("|");
  return column({ schemaName, type, ...(label ? { label } : {}), ...more });
}

export function text(
  name: string,
  maxLength: number,
  formatName = "Text",
  more: Partial<ColumnProperties> = {},
): Column {
  // The enum has no value for telephone numbers and newer formats, which are Text there.
  const format = ["Email", "Url", "TickerSymbol", "PhoneticGuide", "TextArea"].includes(formatName)
    ? formatName
    : "Text";
  return namedColumn("String", name, { maxLength, formatName, format, ...more });
}

export function memo(name: string, maxLength: number, more: Partial<ColumnProperties> = {}): Column {
  return namedColumn("Memo", name, { maxLength, format: "TextArea", formatName: "TextArea", ...more });
}

export function integer(
  name: string,
  min = -2147483648,
  max = 2147483647,
  more: Partial<ColumnProperties> = {},
): Column {
  return namedColumn("Integer", name, { min, max, format: "None", ...more });
}

export function guid(name: string, more: Partial<ColumnProperties> = {}): Column {
  return namedColumn("Uniqueidentifier", name, more);
}

export function dateTime(
  name: string,
  format: "DateAndTime" | "DateOnly" = "DateAndTime",
  more: Partial<ColumnProperties> = {},
): Column {
  return namedColumn("DateTime", name, { format, dateBehavior: "UserLocal", ...more });
}

/** Creates a money column and its `_base` companion in the organisation's currency. */
export function money(name: string, more: Partial<ColumnProperties> = {}): Column[] {
  const [schemaName = "", label = ""] = name.split("|");
  const amount = namedColumn("Money", name, { min: 0, max: 100000000000000, precision: 2, ...more });
  const base = namedColumn("Money", `${schemaName}_Base|${label} (Base)`, {
    min: -922337203685477,
    max: 922337203685477,
    precision: 4,
    calculationOf: schemaName.toLowerCase(),
    create: false,
    update: false,
    custom: amount.custom,
  });
  return [amount, base];
}

/** Parses `"1 Public; 2 Private"` into choices. @param state of status reasons */
function choices(list: string, state?: number): Choice[] {
  return list.split("; ").map((item) => {
    const space = item.indexOf(" ");
    const [value, label] = [Number(item.slice(0, space)), item.slice(space + 1)];
    return state === undefined ? { value, label } : { value, label, state };
  });
}

/** Creates a choice column with its `…name` companion. @param defaultChoice -1 for none */
export function picklist(
  name: string,
  list: string,
  defaultChoice = -1,
  more: Partial<ColumnProperties> = {},
): Column[] {
  const main = namedColumn("Picklist", name, { choices: choices(list), defaultChoice, ...more });
  return [main, companion(main)];
}

/** Creates a Two Options column with its `…name` companion. */
export function boolean(
  name: string,
  yes = "Yes",
  no = "No",
  more: Partial<ColumnProperties> & { companionName?: string } = {},
): Column[] {
  const { companionName, ...facts } = more;
  const main = namedColumn("Boolean", name, {
    choices: [
      { value: 1, label: yes },
      { value: 0, label: no },
    ],
    ...facts,
  });
  return [main, companion(main, companionName)];
}

/**
 * Creates the virtual column that carries a choice's text in other protocols; it is not readable
 * over OData.
 */
export function companion(
  main: Column,
  schemaName = `${main.schemaName}Name`,
  type: ColumnType = "Virtual",
): Column {
  return column({
    schemaName,
    type,
    attributeOf: main.logicalName,
    odata: false,
    logical: true,
    create: false,
    update: false,
    custom: main.custom,
    required: main.type === "Owner" ? "SystemRequired" : "None",
    ...(type === "String" ? { maxLength: 100, format: "Text", formatName: "Text" } : {}),
  });
}

/** Creates a lookup with the companions named: `name`, `yomi`. */
export function lookup(
  name: string,
  targets: string | readonly string[],
  companions: "both" | "name" | "none" = "both",
  more: Partial<ColumnProperties> & { companionName?: string; type?: ColumnType } = {},
): Column[] {
  const { companionName, type = "Lookup", ...facts } = more;
  const main = namedColumn(type, name, {
    targets: typeof targets === "string" ? [targets] : targets,
    format: "None",
    ...facts,
  });
  const base = companionName ?? main.schemaName;
  const kinds = companions === "both" ? ["Name", "YomiName"] : companions === "name" ? ["Name"] : [];
  return [main, ...kinds.map((kind) => companion(main, base + kind, "String"))];
}

/**
 * Creates state and status reason with their companions.
 * @param statuses `"1 Active"` … by state
 */
export function stateAndStatus(states: string, statuses: readonly string[]): Column[] {
  const state = namedColumn("State", "StateCode|Status", {
    choices: choices(states),
    defaultChoice: 0,
    required: "SystemRequired",
    create: false,
  });
  const status = namedColumn("Status", "StatusCode|Status Reason", {
    choices: statuses.flatMap((list, index) => choices(list, index)),
  });
  return [state, companion(state), status, companion(status)];
}

/**
 * Sorts columns by logical name, as in metadata responses, and names the option sets of the
 * table's own choices.
 */
export function completeColumns(table: string, columns: readonly Column[]): Column[] {
  return columns
    .map((one) => withOptionSet(table, one))
    .toSorted((a, b) => (a.logicalName < b.logicalName ? -1 : 1));
}

/** A choice column without an option set gets one of the table's own. */
export function withOptionSet(table: string, one: Column): Column {
  if (!one.choices || one.optionSet) return one;
  return { ...one, optionSet: { name: `${table}_${one.logicalName}`, global: false } };
}

export function isLookup(type: ColumnType): boolean {
  return type === "Lookup" || type === "Owner" || type === "Customer";
}

/** Returns the property name of a column: `_ownerid_value` for lookups. */
export function wireName(one: QueryColumn): string {
  return isLookup(one.type) ? `_${one.logicalName}_value` : one.logicalName;
}

/**
 * Returns the label of a stored value, several joined as Dataverse does; undefined when there is
 * none.
 */
export function choiceLabel(one: Column, value: Value, language = 1033): string | undefined {
  if (value === null || !one.choices) return undefined;
  const labelOf = (number: string): string | undefined => {
    const choice = one.choices?.find((each) => each.value === Number(number));
    return choice?.otherLabels?.[language] ?? choice?.label ?? undefined;
  };
  if (one.type !== "MultiSelectPicklist") return labelOf(String(Number(value)));
  return String(value)
    .split(",")
    .map((part) => labelOf(part) ?? part)
    .join("; ");
}

/** What a column is called in another language, and its choices by value. */
export interface Translation {
  readonly label?: string;
  readonly choices?: Readonly<Record<number, string>>;
}

export function translated(one: Column, language: number, translation: Translation): Column {
  const { label } = translation;
  const otherLabels = label === undefined ? one.otherLabels : { ...one.otherLabels, [language]: label };
  return {
    ...one,
    ...(otherLabels && { otherLabels }),
    ...(one.choices && {
      choices: one.choices.map((choice) => {
        const words = translation.choices?.[choice.value];
        const others =
          words === undefined ? choice.otherLabels : { ...choice.otherLabels, [language]: words };
        return Object.assign({}, choice, others && { otherLabels: others });
      }),
    }),
  };
}

/** Returns the default of the column in a new row; undefined for none. */
export function defaultValue(one: Column): number | boolean | undefined {
  if (one.type === "Boolean" && one.readable) return one.logicalName === "followemail";
  if (one.type === "State") return 0;
  if (one.type === "Status") return one.choices?.[0]?.value ?? 1;
  const picked = one.type === "Picklist" ? (one.defaultChoice ?? -1) : -1;
  return picked < 0 ? undefined : picked;
}
