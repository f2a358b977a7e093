// Prepares a run: checks the mapping against the columns of the source, finds the selection and
// matches users to teammates. What makes the run impossible is thrown before anything is written.
import {
  customFields,
  ensureCustomFields,
  saveDateFormats,
  type CustomField,
} from "../../accounts/custom-fields.ts";
import { commonDomainsFor } from "../../accounts/domains/common.ts";
import type { Column } from "../../dataverse/model.ts";
import { saveTeammate, teammatesByEmail } from "../../teammates/teammates.ts";
import type { DraftRules, FieldIssue } from "../draft/draft.ts";
import { dateFormatOf } from "../draft/values.ts";
import { rollbackCreatedFields } from "../record/created-fields.ts";
import type { ActiveRun } from "../record/run-context.ts";
import { transition } from "../record/transitions.ts";
import { findLabelLanguages, preferredLanguages, type LabelLanguages } from "./label-language.ts";
import { createWorkingTables, dropWorkingTables } from "../record/working-tables.ts";
import { matchUsers } from "../rules/user-teammates.ts";
import { checkMapping, mappedColumns } from "../rules/mapping.ts";
import type { DateFormat } from "../../settings/dates.ts";
import type { Mapping, SyncSettings } from "../../settings/sync-settings.ts";
import { AttentionError } from "../rules/attention-error.ts";
import type { SelectedRecords } from "../source/source.ts";
import { hashOf, RULES_VERSION, type StoredSettings } from "../rules/settings.ts";

export type Prepared = {
  readonly records: SelectedRecords;
  readonly rules: DraftRules;
  /** Mapped columns that are no longer synced, and notes about users. */
  readonly runIssues: readonly FieldIssue[];
  readonly settingsHash: string;
  readonly languages: LabelLanguages;
  /** The fields with an existing, readable column: only these are compared and written (rule 13). */
  readonly fieldIds: readonly number[];
  readonly descriptionMapped: boolean;
  /** The fields whose values are labels of choices. */
  readonly labelFieldIds: readonly number[];
  /** Fields created for this run; they are deleted if it ends without effect. */
  readonly newFieldIds: readonly number[];
};

/** How fields of dates show them: as their columns do. */
function dateFormats(
  { fields }: Mapping,
  columns: ReadonlyMap<string, Column>,
  fieldIds: ReadonlyMap<string, number>,
): ReadonlyMap<number, DateFormat> {
  return new Map(
    fields.flatMap(({ column: logicalName, field, type }) => {
      const column = columns.get(logicalName);
      const id = fieldIds.get(field);
      return type === "datetime" && column && id !== undefined ? [[id, dateFormatOf(column)]] : [];
    }),
  );
}

type CheckedColumns = { columns: Map<string, Column>; runIssues: FieldIssue[] };

/**
 * Selects the mapped columns that can be read.
 * @throws AttentionError when the mapping cannot be used
 */
function checkColumns(settings: SyncSettings, available: readonly Column[]): CheckedColumns {
  const { mapping } = settings;
  const check = checkMapping(mapping, available);
  if (check.problems.length > 0) throw new AttentionError("mapping", check.problems.join("\n"));
  const stopped = new Set([...check.missingColumns, ...check.unreadableColumns]);
  const mapped = mappedColumns(mapping);
  return {
    columns: new Map(
      available
        .filter((column) => mapped.has(column.logicalName) && !stopped.has(column.logicalName))
        .map((column) => [column.logicalName, column]),
    ),
    runIssues: [
      ...check.missingColumns.map((value) => ({ kind: "field-not-found" as const, value })),
      ...check.unreadableColumns.map((value) => ({ kind: "field-not-readable" as const, value })),
    ],
  };
}

/** Prepares a run. Teammates and custom fields are created last, when the source has answered. */
export async function prepareRun({
  context,
  organizationId,
  signal,
}: Pick<ActiveRun, "context" | "organizationId" | "signal">): Promise<Prepared> {
  const { database, source, settings } = context;
  const { mapping } = settings;
  const languages = await findLabelLanguages(database.kysely, source, organizationId, settings, signal);
  const available = await source.columns(preferredLanguages(languages), signal);
  const { columns, runIssues } = checkColumns(settings, available);
  const records = await source.select(settings.selection, signal);
  const needsUsers = mapping.fields.some((field) => field.type === "teammate");
  const users = needsUsers ? await source.users(signal) : [];
  for (const teammate of context.teammates ?? []) await saveTeammate(database.kysely, teammate);
  const existingFieldIds = new Set((await customFields(database.kysely)).map((field) => field.id));
  const wanted = mapping.fields.map(({ field, type }) => ({ name: field, type }));
  const fields: ReadonlyMap<string, CustomField> = await ensureCustomFields(database.kysely, wanted);
  const fieldIds = new Map([...fields].map(([name, field]) => [name, field.id]));
  await saveDateFormats(database.kysely, dateFormats(mapping, columns, fieldIds));
  const { notes, ...userRules } = matchUsers(users, await teammatesByEmail(database.kysely));
  const rules = {
    mapping,
    columns,
    fieldIds,
    ...userRules,
    domainLists: { common: commonDomainsFor(settings.commonDomains), own: new Set(settings.ownDomains) },
    timeZone: context.timeZone ?? "UTC",
  };
  const types = [...columns.values()].map(({ logicalName, type }) => `${logicalName} ${type}`).toSorted();
  // A column that is restored, or readable again, changes values of rows without changing versions.
  const settingsHash = hashOf({ RULES_VERSION, settings, fieldIds: Object.fromEntries(fieldIds), types });
  const { ownDomains, commonDomains } = settings;
  return {
    records,
    rules: {
      ...rules,
      salt: hashOf({
        RULES_VERSION,
        mapping,
        labelLanguage: languages.labelLanguage,
        types,
        fieldIds: Object.fromEntries(fieldIds),
        ownDomains,
        commonDomains,
      }),
    },
    runIssues: [...runIssues, ...notes],
    settingsHash,
    languages,
    fieldIds: mapping.fields.flatMap(({ column, field }) =>
      columns.has(column) ? fieldIds.get(field)! : [],
    ),
    labelFieldIds: mapping.fields.flatMap(({ column, field, type }) =>
      type === "text" && columns.get(column)?.options ? fieldIds.get(field)! : [],
    ),
    descriptionMapped: mapping.description !== undefined && columns.has(mapping.description),
    newFieldIds: [...fieldIds.values()].filter((id) => !existingFieldIds.has(id)),
  };
}

/** Stores the settings for any process that resumes the run, and creates its working tables. */
export async function savePreparedSettings(run: ActiveRun, prepared: Prepared): Promise<void> {
  const { fieldIds, descriptionMapped, newFieldIds, labelFieldIds, languages } = prepared;
  const settings: StoredSettings = {
    settings: run.context.settings,
    fieldIds,
    descriptionMapped,
    newFieldIds,
    rulesVersion: RULES_VERSION,
    labelFieldIds,
    ...languages,
  };
  await run.transaction(async ({ kysely: trx }) => {
    await transition(trx, run, "reading", {
      type: "prepare",
      settings,
      settingsHash: prepared.settingsHash,
    });
    // A holder that died has left its own.
    await dropWorkingTables(trx, run.runId);
    await createWorkingTables(trx, run.runId);
  });
}

/** Discards what was read, before reading starts over. */
export async function discardRead(run: ActiveRun): Promise<void> {
  await run.transaction(async ({ kysely: trx }) => {
    await dropWorkingTables(trx, run.runId);
    await rollbackCreatedFields(trx, run.runId);
  });
}
