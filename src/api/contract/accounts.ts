// Contract of accounts: lists, single accounts, history, custom fields, and the rules for domains.
import { z } from "zod";
import { dateFormat } from "../../settings/dates.ts";
import { fieldType } from "../../settings/field-types.ts";
import { cursor, idParam, timestamp, route } from "./route.ts";

/**
 * A teammate is an id. A date and time is a date (2026-03-02), a wall clock, which is the same to
 * everybody (2026-03-02T09:00:00), or an instant (2026-03-02T09:00:00Z).
 */
const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** By custom field id. */
const fieldValues = z.record(z.string(), fieldValue);

/** "disconnected" means synced until its organisation was disconnected. */
export const syncState = z.enum(["synced", "stopped", "disconnected", "not-synced"]);

const stopReason = z.enum(["deleted", "deactivated", "left-view", "merged"]);

export const accountRow = z.object({
  id: z.number(),
  name: z.string(),
  domains: z.array(z.string()),
  fields: fieldValues,
  sync: syncState,
  updatedAt: timestamp,
});
export type AccountRow = z.infer<typeof accountRow>;

/**
 * `field` is "name", "domain", "description", "externalId" or a custom field's id. "contains" is
 * for text, "below" and "above" for numbers and times. A date without a time equals all times of
 * that day, by the clocks of the workspace's time zone.
 */
export const accountFilter = z.object({
  field: z.string().max(20),
  is: z.enum(["contains", "equals", "empty", "filled", "below", "above"]),
  value: z.string().max(500).default(""),
});
export type AccountFilter = z.infer<typeof accountFilter>;

const accountQuery = z.object({
  /**
   * A substring of the name, a domain, the description or a text field; an e-mail address or a
   * website also finds its domain. Case is ignored, for letters beyond A to Z only in names.
   */
  q: z.string().max(200).optional(),
  sync: syncState.optional(),
  /** JSON of AccountFilter[]. */
  filters: z.string().max(4000).optional(),
  /** "name", "updated", "created" or a custom field's id; a leading "-" reverses the order. */
  sort: z.string().max(24).default("name"),
});

export const accountDetails = accountRow.extend({
  description: z.string().nullable(),
  externalId: z.string().nullable(),
  origin: z.enum(["dynamics", "api", "csv", "manual"]),
  createdAt: timestamp,
  /** Null if no Dynamics 365 record is linked to the account. */
  link: z
    .object({
      recordId: z.string(),
      /** Opens the record in Dynamics 365. */
      url: z.string().nullable(),
      matchedBy: z.enum(["create", "domain", "name", "merged"]),
      /** The domain or name that both had in common, if known. */
      matchedValue: z.string().nullable(),
      /** Why it no longer syncs. */
      stopReason: stopReason.nullable(),
      /** The account that its record was merged into. */
      mergedInto: z.object({ id: z.number(), name: z.string() }).nullable(),
      lastSyncedAt: timestamp.nullable(),
      lastRun: z.number().nullable(),
      /** Fields that the sync fills: "name", "description", "domains" and custom field ids. */
      synced: z.array(z.string()),
      /** Logical names of the columns that fill them, by the same keys. */
      columns: z.record(z.string(), z.array(z.string())),
    })
    .nullable(),
});
export type AccountDetails = z.infer<typeof accountDetails>;

const change = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });

export const historyEntry = z.object({
  id: z.string(),
  at: timestamp,
  /** A run of the sync, or a teammate. */
  by: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("run"), run: z.number() }),
    z.object({ kind: z.literal("teammate"), name: z.string() }),
    z.object({ kind: z.literal("api") }),
    z.object({ kind: z.literal("command-line") }),
  ]),
  action: z.enum(["create", "link", "update", "resume", "stop", "merge", "edit", "delete", "unlink"]),
  /** The rule of a run's change. */
  rule: z.string().nullable(),
  /** Of a link to another record than before: why the record before released the account. */
  previousReason: stopReason.nullable(),
  /** Of a merge: the account that this one gave way to; its name is null if it was deleted since. */
  mergedInto: z.object({ id: z.number(), name: z.string().nullable() }).nullable(),
  changes: z.array(change),
});
export type HistoryEntry = z.infer<typeof historyEntry>;

export const customField = z.object({
  id: z.number(),
  name: z.string(),
  type: fieldType,
  description: z.string(),
  /** How a date and time is shown; other fields have none. */
  dateFormat: dateFormat.optional(),
  /** Whether the sync fills it; then it is read-only here. */
  synced: z.boolean(),
});
export type CustomFieldView = z.infer<typeof customField>;

const editable = {
  // A row of a database index holds 2,704 bytes.
  name: z
    .string()
    .trim()
    .min(1, "An account needs a name.")
    .max(500, "A name has at most 500 characters. Shorten it."),
  description: z.string().max(100_000).nullable(),
  /** Domains, e-mail addresses or websites; an unusable one is refused with a sentence. */
  domains: z.array(z.string().max(500)).max(200),
  fields: fieldValues,
};

const fieldName = z.string().trim().min(1, "A field needs a name.").max(100);

export const domainSettings = z.object({
  /** The company's own domains, never an account's. */
  own: z.array(z.string().max(300)).max(1000),
  /** Corrections of the built-in list of common domains. */
  commonAdded: z.array(z.string().max(300)).max(10_000),
  commonRemoved: z.array(z.string().max(300)).max(10_000),
});
export type DomainSettings = z.infer<typeof domainSettings>;

/** What unlinking accounts would do, by the records that the last run read. */
export const unlinkEffect = z.object({
  /** How many accounts would be unlinked. */
  accounts: z.number(),
  /** Skipped records that the next sync would then link, and create accounts for. */
  linked: z.number(),
  created: z.number(),
  /** Records that would still be skipped because of another account. */
  skipped: z.number(),
});
export type UnlinkEffect = z.infer<typeof unlinkEffect>;

export const accountRoutes = {
  listAccounts: route({
    method: "GET",
    path: "/accounts",
    access: "teammate",
    summary: "A page of accounts: searched, filtered, sorted.",
    query: accountQuery.extend({
      after: cursor.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    answer: z.object({ accounts: z.array(accountRow), next: cursor.nullable() }),
  }),
  countAccounts: route({
    method: "GET",
    path: "/accounts/count",
    access: "teammate",
    summary: "How many accounts a search finds; asked apart from the list, which does not wait for it.",
    query: accountQuery.omit({ sort: true }),
    answer: z.object({ count: z.number() }),
  }),
  exportAccounts: route({
    method: "GET",
    path: "/accounts/export.csv",
    access: "teammate",
    summary: "The accounts of a search as CSV; two at a time.",
    query: accountQuery,
    produces: "csv",
  }),
  createAccount: route({
    method: "POST",
    path: "/accounts",
    access: "teammate",
    summary: "Makes an account by hand.",
    body: z.object({
      name: editable.name,
      description: editable.description.default(null),
      domains: editable.domains.default([]),
      fields: editable.fields.default({}),
    }),
    answer: z.object({ account: accountDetails }),
  }),
  getAccount: route({
    method: "GET",
    path: "/accounts/:id",
    access: "teammate",
    summary: "One account, with how it is linked to Dynamics 365 and what is synced from there.",
    params: idParam,
    answer: z.object({ account: accountDetails }),
  }),
  editAccount: route({
    method: "PATCH",
    path: "/accounts/:id",
    access: "teammate",
    summary: "Changes what is not synced from Dynamics 365; what is, is refused with where to change it.",
    params: idParam,
    body: z.object(editable).partial(),
    answer: z.object({ account: accountDetails }),
  }),
  deleteAccount: route({
    method: "DELETE",
    path: "/accounts/:id",
    access: "teammate",
    summary:
      "Deletes an account; `exclude` keeps its Dynamics 365 record out of the sync from now on (admins only).",
    params: idParam,
    query: z.object({ exclude: z.enum(["true", "false"]).default("false") }),
  }),
  previewUnlink: route({
    method: "GET",
    path: "/accounts/:id/unlink",
    access: "workspace-admin",
    summary: "What unlinking an account that stopped syncing would do.",
    params: idParam,
    answer: z.object({ effect: unlinkEffect }),
  }),
  unlinkAccount: route({
    method: "POST",
    path: "/accounts/:id/unlink",
    access: "workspace-admin",
    summary:
      "Removes the link of an account that stopped syncing. It keeps its values, and another record may be linked to it.",
    params: idParam,
    answer: z.object({ account: accountDetails }),
  }),
  previewUnlinkLeftView: route({
    method: "GET",
    path: "/accounts/left-view/unlink",
    access: "workspace-admin",
    summary: "What unlinking all accounts whose records left the view would do.",
    answer: z.object({ effect: unlinkEffect }),
  }),
  unlinkLeftView: route({
    method: "POST",
    path: "/accounts/left-view/unlink",
    access: "workspace-admin",
    summary: "Removes the links of all accounts of the connected organisation whose records left the view.",
    answer: z.object({ unlinked: z.number() }),
  }),
  getHistory: route({
    method: "GET",
    path: "/accounts/:id/history",
    access: "teammate",
    summary: "What changed an account, newest first.",
    params: idParam,
    query: z.object({ after: cursor.optional() }),
    answer: z.object({ entries: z.array(historyEntry), next: cursor.nullable() }),
  }),
  listFields: route({
    method: "GET",
    path: "/fields",
    access: "teammate",
    summary: "The custom fields of accounts.",
    answer: z.object({ fields: z.array(customField), max: z.number() }),
  }),
  createField: route({
    method: "POST",
    path: "/fields",
    access: "company-admin",
    summary: "Makes a custom field; its type never changes.",
    body: z.object({
      name: fieldName,
      type: fieldType,
      description: z.string().max(500).default(""),
    }),
    answer: z.object({ field: customField }),
  }),
  editField: route({
    method: "PATCH",
    path: "/fields/:id",
    access: "company-admin",
    summary: "Renames or describes a custom field.",
    params: idParam,
    body: z.object({ name: fieldName.optional(), description: z.string().max(500).optional() }),
    answer: z.object({ field: customField }),
  }),
  deleteField: route({
    method: "DELETE",
    path: "/fields/:id",
    access: "company-admin",
    summary: "Deletes a custom field with its values; refused while the sync fills it.",
    params: idParam,
  }),
  getDomainSettings: route({
    method: "GET",
    path: "/settings/domains",
    access: "teammate",
    summary: "Own domains, and what differs from the common ones.",
    answer: domainSettings,
  }),
  saveDomainSettings: route({
    method: "PUT",
    path: "/settings/domains",
    access: "workspace-admin",
    summary: "Saves own and common domains; the next run looks at every account again.",
    body: domainSettings,
    answer: domainSettings,
  }),
  addCommonDomain: route({
    method: "POST",
    path: "/settings/domains/common",
    access: "workspace-admin",
    summary: "Adds a domain to the common ones; the next run takes it from the account that has it.",
    body: z.object({ domain: z.string().max(500) }),
    answer: domainSettings,
  }),
  listExcluded: route({
    method: "GET",
    path: "/settings/excluded",
    access: "workspace-admin",
    summary: "Records kept out of the sync.",
    answer: z.object({ records: z.array(z.object({ recordId: z.string(), name: z.string().nullable() })) }),
  }),
  includeRecord: route({
    method: "DELETE",
    path: "/settings/excluded/:recordId",
    access: "workspace-admin",
    summary: "Lets a record into the sync again, from the next run on.",
    params: z.object({ recordId: z.guid() }),
  }),
};
