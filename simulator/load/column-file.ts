// Reads files that list the columns of a table, in either of two formats: exported metadata
// ("attributeTypeName": "StringType", one label) and unpacked solutions ("type": "nvarchar", labels
// by language, numbers for tables and settings).
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { ColumnType } from "../fetchxml/query-store.ts";
import type { Choice, ColumnProperties } from "../org/columns.ts";
import { LoadError } from "./load-error.ts";

const Text = z.string().nullish();
const Numeric = z.coerce.number().optional();
const Flag = z.union([z.boolean(), z.enum(["0", "1", "true", "false"])]).transform((value) => {
  return value === true || value === "1" || value === "true";
});
const Labels = z.record(z.string(), z.string());
const FileOption = z.object({
  value: z.coerce.number(),
  label: Text,
  labels: Labels.optional(),
  state: Numeric,
});
type FileOption = z.infer<typeof FileOption>;

const Attribute = z.object({
  logicalName: z.string(),
  schemaName: Text,
  physicalName: Text,
  attributeTypeName: Text,
  attributeType: Text,
  type: Text,
  displayName: Text,
  displayNames: Labels.optional(),
  attributeOf: Text,
  targets: z.array(z.coerce.string()).optional(),
  format: Text,
  formatName: Text,
  maxLength: Numeric,
  minValue: Numeric,
  maxValue: Numeric,
  precision: Numeric,
  accuracy: Numeric,
  dateTimeBehavior: Text,
  behavior: z.coerce.string().optional(),
  options: z.array(FileOption).optional(),
  trueOption: FileOption.optional(),
  falseOption: FileOption.optional(),
  globalOptionSet: Text,
  sourceType: z.coerce
    .number()
    .pipe(z.literal([0, 1, 2, 3]))
    .optional(),
  isCustom: Flag.optional(),
  isSecured: Flag.optional(),
  isLogical: Flag.optional(),
  isValidForRead: Flag.optional(),
  isValidForCreate: Flag.optional(),
  isValidForUpdate: Flag.optional(),
  requiredLevel: Text,
});
type Attribute = z.infer<typeof Attribute>;

const Attributes = z.array(Attribute);
const ColumnFile = z.union([
  Attributes,
  z.object({ attributes: Attributes }).transform((file) => file.attributes),
]);

/** @throws LoadError when the file is not in either format */
export function readColumnFile(path: string): ColumnProperties[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new LoadError(`The column file ${path} cannot be read as JSON. Choose another one.`, { cause });
  }
  const file = ColumnFile.safeParse(json);
  if (file.success) return file.data.map((one) => columnProperties(one, path));
  throw new LoadError(
    `The file ${path} is no list of columns: each needs a logicalName, and a type or attributeTypeName.`,
    { cause: file.error },
  );
}

/** The types of unpacked solutions; metadata uses the same names as we do. */
const SOLUTION_TYPES: Readonly<Record<string, ColumnType>> = {
  bigint: "BigInt",
  bit: "Boolean",
  customer: "Customer",
  datetime: "DateTime",
  decimal: "Decimal",
  entityname: "EntityName",
  file: "File",
  float: "Double",
  image: "Image",
  int: "Integer",
  lookup: "Lookup",
  money: "Money",
  multiselectpicklist: "MultiSelectPicklist",
  ntext: "Memo",
  nvarchar: "String",
  owner: "Owner",
  partylist: "Virtual",
  picklist: "Picklist",
  primarykey: "Uniqueidentifier",
  state: "State",
  status: "Status",
  timestamp: "BigInt",
  uniqueidentifier: "Uniqueidentifier",
  virtual: "Virtual",
};
const TYPES = new Map(
  Object.entries(SOLUTION_TYPES).flatMap(([solution, type]) => [
    [solution, type],
    [type.toLowerCase(), type],
  ]),
);

function typeOf(one: Attribute, path: string): ColumnType {
  // AttributeType calls images, files and multi-select "Virtual"; only AttributeTypeName
  // distinguishes them.
  const named = one.attributeTypeName?.replace(/Type$/, "") ?? one.attributeType ?? one.type ?? "";
  const type = TYPES.get(named.toLowerCase());
  if (type !== undefined) return type;
  throw new LoadError(
    `The column ${one.logicalName} in ${path} is of the type "${named}", which is unknown here.`,
  );
}

const FORMATS = new Map(
  ["Text", "TextArea", "Email", "Url", "Phone", "TickerSymbol", "PhoneticGuide", "VersionNumber", "Json"]
    .concat("RichText", "None", "Duration", "TimeZone", "Language", "Locale", "DateOnly", "DateAndTime")
    .map((name) => [name.toLowerCase(), name]),
)
  .set("date", "DateOnly")
  .set("datetime", "DateAndTime");
/** The enum `Format` has no value for these formats. */
const TEXT_FORMATS = new Set(["Phone", "Json", "RichText", "VersionNumber"]);
const BEHAVIORS = new Map<string, NonNullable<ColumnProperties["dateBehavior"]>>([
  ["1", "UserLocal"],
  ["2", "DateOnly"],
  ["3", "TimeZoneIndependent"],
  ["UserLocal", "UserLocal"],
  ["DateOnly", "DateOnly"],
  ["TimeZoneIndependent", "TimeZoneIndependent"],
]);
const REQUIRED_LEVELS: Readonly<Record<string, ColumnProperties["required"]>> = {
  systemrequired: "SystemRequired",
  required: "ApplicationRequired",
  applicationrequired: "ApplicationRequired",
  recommended: "Recommended",
};
/** The language of labels that have none of their own. */
const ENGLISH = "1033";

function columnProperties(one: Attribute, path: string): ColumnProperties {
  const type = typeOf(one, path);
  const { [ENGLISH]: label = one.displayName ?? undefined, ...otherLabels } = one.displayNames ?? {};
  const facts = {
    schemaName: one.schemaName ?? one.physicalName ?? one.logicalName,
    type,
    label,
    ...(Object.keys(otherLabels).length === 0 ? {} : { otherLabels }),
    attributeOf: one.attributeOf ?? undefined,
    targets: one.targets ?? (isReference(type) ? [] : undefined),
    ...formatsOf(one, type),
    ...(type === "DateTime" ? { dateBehavior: behaviorOf(one) } : {}),
    maxLength: one.maxLength,
    min: one.minValue,
    max: one.maxValue,
    precision: one.precision ?? one.accuracy,
    choices: choicesOf(one, type),
    optionSet: one.globalOptionSet ? { name: one.globalOptionSet, global: true } : undefined,
    ...(one.logicalName.endsWith("_base") && type === "Money"
      ? { calculationOf: one.logicalName.slice(0, -"_base".length) }
      : {}),
    sourceType: one.sourceType,
    custom: one.isCustom,
    secured: one.isSecured,
    logical: one.isLogical,
    readable: one.isValidForRead,
    create: one.isValidForCreate,
    update: one.isValidForUpdate,
    required: REQUIRED_LEVELS[one.requiredLevel?.toLowerCase() ?? ""],
    // Companions and unreadable columns are no properties of a row.
    ...(one.isValidForRead === false || isCompanion(one, type) ? { odata: false } : {}),
  };
  return { ...definedOnly(facts), schemaName: facts.schemaName, type };
}

function isReference(type: ColumnType): boolean {
  return type === "Lookup" || type === "Owner" || type === "Customer";
}

/** The parts of an image belong to its id, and are properties all the same. */
function isCompanion({ attributeOf }: Attribute, type: ColumnType): boolean {
  return (
    attributeOf != null &&
    !attributeOf.endsWith("imageid") &&
    ["Virtual", "String", "EntityName"].includes(type)
  );
}

function formatsOf(one: Attribute, type: ColumnType): Partial<ColumnProperties> {
  const name = FORMATS.get((one.formatName ?? one.format ?? "").toLowerCase());
  if (type === "String" || type === "Memo") {
    const formatName = name ?? (type === "Memo" ? "TextArea" : "Text");
    return { formatName, format: TEXT_FORMATS.has(formatName) ? "Text" : formatName };
  }
  return name === undefined ? {} : { format: name };
}

function behaviorOf({
  dateTimeBehavior,
  behavior,
}: Attribute): NonNullable<ColumnProperties["dateBehavior"]> {
  return BEHAVIORS.get(dateTimeBehavior ?? behavior ?? "") ?? "UserLocal";
}

const CHOICES: ReadonlySet<ColumnType> = new Set([
  "Picklist",
  "MultiSelectPicklist",
  "State",
  "Status",
  "Boolean",
]);

/** Such files do not hold shared option sets, so their columns come without options. */
function choicesOf(one: Attribute, type: ColumnType): Choice[] | undefined {
  if (!CHOICES.has(type)) return undefined;
  const given = one.options ?? [one.trueOption, one.falseOption].filter((option) => option !== undefined);
  return given.map(choiceOf);
}

function choiceOf({ value, label, labels, state }: FileOption): Choice {
  const { [ENGLISH]: english = label ?? null, ...otherLabels } = labels ?? {};
  const choice = {
    value,
    label: english,
    ...(Object.keys(otherLabels).length === 0 ? {} : { otherLabels }),
  };
  return state === undefined ? choice : { ...choice, state };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOnly<T extends object>(facts: T): Defined<T> {
  const defined: Defined<T> = { ...facts };
  for (const name in defined) if (defined[name] === undefined) delete defined[name];
  return defined;
}
