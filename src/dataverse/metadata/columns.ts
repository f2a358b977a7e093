// The columns of the account table. One request reads what all types have; labels of choices,
// targets and precision need a cast, so one request for each type (Microsoft Learn, "Query schema
// definitions").
import { z } from "zod";
import { runInOrder } from "../../lib/run-in-order.ts";
import type { UserAccess } from "./privileges.ts";
import { DataverseError } from "../http/errors.ts";
import { listSchema, readList } from "../http/lists.ts";
import type { Column } from "../model.ts";
import type { Requests } from "../http/requests.ts";

const Label = z
  .object({
    UserLocalizedLabel: z.object({ Label: z.string().nullish() }).nullish(),
    LocalizedLabels: z
      .array(z.object({ Label: z.string().nullish(), LanguageCode: z.number().nullish() }))
      .nullish(),
  })
  .nullish();
type Label = z.infer<typeof Label>;
const Value = z.object({ Value: z.string() }).nullish();

const Attribute = z.object({
  LogicalName: z.string(),
  SchemaName: z.string().nullish(),
  AttributeTypeName: Value,
  DisplayName: Label,
  AttributeOf: z.string().nullish(),
  IsValidForRead: z.boolean().nullish(),
  IsValidODataAttribute: z.boolean().nullish(),
  IsCustomAttribute: z.boolean().nullish(),
  IsSecured: z.boolean().nullish(),
  SourceType: z.number().nullish(),
});

const Option = z.object({ Value: z.number(), Label });
const Options = z.object({ Options: z.array(Option).nullish() }).nullish();
const TwoOptions = z.object({ TrueOption: Option.nullish(), FalseOption: Option.nullish() }).nullish();

const Detail = z.object({
  LogicalName: z.string(),
  OptionSet: z.unknown().optional(),
  GlobalOptionSet: z.unknown().optional(),
  Targets: z.array(z.string()).nullish(),
  Format: z.string().nullish(),
  FormatName: Value,
  MaxLength: z.number().nullish(),
  Precision: z.number().nullish(),
  DateTimeBehavior: Value,
});
type Detail = z.infer<typeof Detail>;

/** Dataverse recommends 4 to a small environment (header x-ms-dop-hint). */
const MAX_CONCURRENT_REQUESTS = 4;

const CHOICES = "$select=LogicalName&$expand=OptionSet,GlobalOptionSet";
const CASTS: Readonly<Record<string, string>> = {
  PicklistAttributeMetadata: CHOICES,
  MultiSelectPicklistAttributeMetadata: CHOICES,
  StateAttributeMetadata: CHOICES,
  StatusAttributeMetadata: CHOICES,
  BooleanAttributeMetadata: CHOICES,
  // Includes owners and customers, which have this metadata type.
  LookupAttributeMetadata: "$select=LogicalName,Targets",
  DateTimeAttributeMetadata: "$select=LogicalName,Format,DateTimeBehavior",
  StringAttributeMetadata: "$select=LogicalName,FormatName,MaxLength",
  MemoAttributeMetadata: "$select=LogicalName,FormatName,MaxLength",
  MoneyAttributeMetadata: "$select=LogicalName,Precision",
  DecimalAttributeMetadata: "$select=LogicalName,Precision",
  DoubleAttributeMetadata: "$select=LogicalName,Precision",
  IntegerAttributeMetadata: "$select=LogicalName,Format",
};

const ATTRIBUTES = "EntityDefinitions(LogicalName='account')/Attributes";
const SELECT = Object.keys(Attribute.shape).join(",");

/**
 * The columns that can be listed: readable over OData and not derived from another column, by
 * label.
 * @param languages in which labels are preferred, by code, the most preferred first
 */
export async function readColumns(
  requests: Requests,
  access: UserAccess,
  languages: readonly number[],
  signal?: AbortSignal,
): Promise<readonly Column[]> {
  const [attributes, details] = await Promise.all([
    readList(requests, `${ATTRIBUTES}?$select=${SELECT}`, listSchema(Attribute), signal),
    readDetails(requests, signal),
  ]);
  const offered = attributes.filter(
    (attribute) => attribute.IsValidForRead && attribute.IsValidODataAttribute && !attribute.AttributeOf,
  );
  const isReadable = offered.some(({ IsSecured }) => IsSecured)
    ? await securedColumnPredicate(access, signal)
    : () => true;
  return offered
    .map((attribute) =>
      columnOf(attribute, details.get(attribute.LogicalName), {
        isReadable,
        labelText: (label) => labelText(label, languages),
      }),
    )
    .toSorted((a, b) => a.label.localeCompare(b.label) || a.logicalName.localeCompare(b.logicalName));
}

async function readDetails(
  requests: Requests,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Detail>> {
  const tasks = Object.entries(CASTS).map(
    ([cast, query]) =>
      () =>
        readList(
          requests,
          `${ATTRIBUTES}/Microsoft.Dynamics.CRM.${cast}?${query}`,
          listSchema(Detail),
          signal,
        ),
  );
  const details = new Map<string, Detail>();
  for await (const list of runInOrder(tasks, MAX_CONCURRENT_REQUESTS))
    for (const detail of list) details.set(detail.LogicalName, detail);
  return details;
}

async function securedColumnPredicate(
  access: UserAccess,
  signal: AbortSignal | undefined,
): Promise<(name: string) => boolean> {
  if (await access.isSystemAdministrator(signal)) return () => true;
  const readable = await readableByProfile(access, signal);
  return (name) => readable.has(name);
}

/**
 * A user who may not read the profiles cannot know which secured columns are readable, so none
 * counts as readable: none is synced as empty.
 */
async function readableByProfile(
  access: UserAccess,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  try {
    return await access.readableSecuredColumns(signal);
  } catch (error) {
    if (error instanceof DataverseError && error.code === "missing-privilege") return new Set();
    throw error;
  }
}

function columnOf(
  attribute: z.infer<typeof Attribute>,
  detail: Detail | undefined,
  { isReadable, labelText: text }: { isReadable: (name: string) => boolean; labelText: LabelText },
): Column {
  const name = attribute.LogicalName;
  const secured = attribute.IsSecured ?? false;
  const options = optionsOf(detail, text);
  const format = detail?.FormatName?.Value ?? detail?.Format;
  const behavior = dateBehaviorOf(detail?.DateTimeBehavior?.Value);
  return {
    logicalName: name,
    label: text(attribute.DisplayName) ?? attribute.SchemaName ?? name,
    type: attribute.AttributeTypeName?.Value ?? "",
    ...(format ? { format } : {}),
    ...(detail?.Targets ? { targets: detail.Targets } : {}),
    ...(options ? { options } : {}),
    ...(typeof detail?.Precision === "number" ? { precision: detail.Precision } : {}),
    ...(behavior ? { dateBehavior: behavior } : {}),
    secured,
    readable: !secured || isReadable(name),
    calculated: (attribute.SourceType ?? 0) > 0,
    ...(typeof detail?.MaxLength === "number" ? { maxLength: detail.MaxLength } : {}),
    custom: attribute.IsCustomAttribute ?? false,
  };
}

// A shared choice comes as GlobalOptionSet, a local one as OptionSet; nothing says which
// beforehand.
function optionsOf(detail: Detail | undefined, text: LabelText): ReadonlyMap<number, string> | undefined {
  const sets = [detail?.OptionSet, detail?.GlobalOptionSet];
  for (const set of sets) {
    const twoOptions = TwoOptions.safeParse(set).data;
    const choices = Options.safeParse(set).data?.Options ?? [];
    const options = [
      ...choices,
      ...[twoOptions?.TrueOption, twoOptions?.FalseOption].filter((option) => option != null),
    ];
    if (options.length > 0)
      return new Map(options.map((option) => [option.Value, text(option.Label) ?? String(option.Value)]));
  }
  return undefined;
}

type LabelText = (label: Label) => string | undefined;

/** In the first language that has a label, else in the connected user's, else in any. */
function labelText(label: Label, languages: readonly number[]): string | undefined {
  const localized = label?.LocalizedLabels ?? [];
  const preferred = languages.map((code) => localized.find(({ LanguageCode }) => LanguageCode === code));
  return (
    [...preferred, label?.UserLocalizedLabel, ...localized].find((one) => one?.Label)?.Label ?? undefined
  );
}

const BEHAVIORS = ["UserLocal", "DateOnly", "TimeZoneIndependent"] as const;

function dateBehaviorOf(value: string | undefined): Column["dateBehavior"] {
  return BEHAVIORS.find((behavior) => behavior === value);
}
