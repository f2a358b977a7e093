// Contract of the connection: connecting Dynamics 365, choosing accounts, mapping their fields.
import { z } from "zod";
import { brakeLimits } from "../../settings/brake.ts";
import { targetKind } from "../../settings/field-types.ts";
import { labelLanguageInput, namedLanguage } from "../../settings/label-language.ts";
import { schedule } from "../../settings/schedule.ts";
import { chosenSettings, mappingInput, selectionInput } from "../../settings/sync-settings.ts";
import { timestamp, route } from "./route.ts";

/** The pages show these as words: "In step", "Needs attention: …". */
const connectionState = z.enum([
  "not-connected",
  "never-synced",
  "running",
  "in-step",
  "with-issues",
  "paused",
  "needs-attention",
]);

const attention = z.object({
  kind: z.string(),
  title: z.string(),
  sentence: z.string(),
  howToResolve: z.string(),
  /** Where to resolve it: a step of the setup, or the plan that needs approval. */
  place: z.enum(["connect", "accounts", "fields", "plan", "check"]),
  run: z.number().nullable(),
});

export const connection = z.object({
  state: connectionState,
  attention: attention.nullable(),
  /** Whether an admin has paused the sync, whatever `state` is. */
  paused: z.boolean(),
  schedule,
  brake: brakeLimits,
  /** Null until connected. */
  environment: z
    .object({
      /** Such as contoso.crm4.dynamics.com. */
      host: z.string(),
      origin: z.string(),
      region: z.string(),
      organizationId: z.string(),
      signInBy: z.enum(["delegated", "app-only"]),
      signedInAs: z.string(),
      connectedBy: z.string().nullable(),
      connectedAt: timestamp,
      /** Set up in a connection file: shown here, changed there. */
      fromFile: z.boolean(),
      /** Expiry of the application's client secret, if it was entered. */
      secretExpiresAt: timestamp.nullable(),
    })
    .nullable(),
  /**
   * The result of the last attempt to connect, for the teammate who made it. `code` is the `problem`
   * in the sync modal's URL.
   */
  notice: z.object({ code: z.string(), sentence: z.string() }).nullable(),
  /** Whether Log in to Dynamics 365 is set up, and the redirect URI to register for it. */
  logIn: z.object({ available: z.boolean(), redirectUri: z.string() }),
  /** Null until chosen. */
  settings: chosenSettings.nullable(),
  /** The language of labels that the connection keeps. */
  labels: z.object({
    /** Null before the first sync, unless it was chosen. */
    language: namedLanguage.nullable(),
    /** The organisation's base language, if it is known. */
    base: namedLanguage.nullable(),
    /** An admin chose the language. Otherwise it is that of whoever was signed in at first. */
    isChosen: z.boolean(),
  }),
  selectionName: z.string().nullable(),
  lastRun: z
    .object({ id: z.number(), status: z.string(), startedAt: timestamp, finishedAt: timestamp.nullable() })
    .nullable(),
  lastSyncedAt: timestamp.nullable(),
  nextRunAt: timestamp.nullable(),
  /** The active run, if any. */
  running: z.number().nullable(),
  /** A plan that somebody has to apply or discard. */
  pendingPlan: z.number().nullable(),
  /** Open issues that stopped the sync, a field or an account; notes are counted apart. */
  openIssues: z.number(),
  openNotes: z.number(),
  accounts: z.number(),
});
export type ConnectionView = z.infer<typeof connection>;

export const view = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["personal", "system"]),
  /** Who owns the view: the connected user, another user, or the system. */
  owner: z.enum(["yours", "shared", "system"]),
  description: z.string(),
  /** Why it cannot be chosen; null if it can. */
  refused: z.string().nullable(),
});

export const column = z.object({
  logicalName: z.string(),
  label: z.string(),
  /** The type's name in the table of compatible types, such as "Option Set". */
  type: z.string(),
  custom: z.boolean(),
  /** The formatted value of the first selected account that has one. */
  sample: z.string().nullable(),
  targets: z.array(targetKind),
  /** Why no targets, or not all, are offered; null if there is nothing to explain. */
  reason: z.string().nullable(),
  readable: z.boolean(),
  /** The default mapping of a well-known column. */
  suggestion: z.object({ kind: targetKind, field: z.string().nullable() }).nullable(),
});
export type ColumnView = z.infer<typeof column>;

/** One step of the connection check. */
export const checkStep = z.object({
  id: z.string(),
  title: z.string(),
  outcome: z.enum(["ok", "failed", "warning", "not-reached"]),
  /** The result in a sentence. */
  finding: z.string(),
  fix: z.string().nullable(),
  /** A message to send to the Dynamics 365 administrator, if they have to act. */
  message: z.string().nullable(),
});
export type CheckStep = z.infer<typeof checkStep>;

const address = z.string().trim().min(1, "Paste the address you see when you are in Dynamics 365.").max(2000);

export const connectionRoutes = {
  getConnection: route({
    method: "GET",
    path: "/connection",
    access: "workspace-admin",
    summary: "The connection, its state in one word, and what has to be done if anything has.",
    answer: connection,
  }),
  /** Every teammate may see whether the accounts are up to date. */
  getSyncState: route({
    method: "GET",
    path: "/sync-state",
    access: "teammate",
    summary: "The state of the sync in one word, for the line above the accounts.",
    answer: connection.pick({ state: true, lastSyncedAt: true, openIssues: true }).extend({
      attention: z.string().nullable(),
      source: z.string().nullable(),
    }),
  }),
  checkAddress: route({
    method: "POST",
    path: "/connection/address",
    access: "workspace-admin",
    summary: "What a pasted address leads to: host, region and where one signs in. Sends no secret.",
    body: z.object({ address }),
    answer: z.object({
      host: z.string(),
      origin: z.string(),
      region: z.string(),
      tenant: z.string(),
      authority: z.string(),
    }),
  }),
  startSignIn: route({
    method: "POST",
    path: "/connection/sign-in",
    access: "workspace-admin",
    summary: "Begins Log in to Dynamics 365; the browser goes to `url`, of Microsoft Entra ID.",
    body: z.object({ address }),
    answer: z.object({ url: z.string() }),
  }),
  completeSignIn: route({
    method: "GET",
    path: "/connection/return",
    access: "workspace-admin",
    summary:
      "Where Microsoft Entra ID sends the browser back to; ends at the sync modal, with a sentence if it went wrong.",
    query: z
      .object({
        code: z.string().max(10_000).optional(),
        state: z.string().max(500).optional(),
        error: z.string().max(500).optional(),
        error_description: z.string().max(10_000).optional(),
      })
      .loose(),
    produces: "redirect",
  }),
  connectAppOnly: route({
    method: "POST",
    path: "/connection/app-only",
    access: "workspace-admin",
    summary: "Connects with an app registration and its secret, checked privilege by privilege.",
    body: z.object({
      address,
      tenant: z.string().trim().max(200).optional(),
      clientId: z.string().trim().min(1).max(200),
      clientSecret: z.string().min(1).max(500),
      /** The overview of the sync and the connection check warn from 30 days before it. */
      secretExpiresAt: timestamp.optional(),
    }),
    answer: connection,
  }),
  disconnect: route({
    method: "DELETE",
    path: "/connection",
    access: "workspace-admin",
    summary: "Forgets the sign-in; accounts, links and history stay.",
  }),
  checkConnection: route({
    method: "POST",
    path: "/connection/check",
    access: "workspace-admin",
    summary: "Goes through everything the sync needs, step by step.",
    answer: z.object({ steps: z.array(checkStep), checkedAt: timestamp }),
  }),
  listViews: route({
    method: "GET",
    path: "/connection/views",
    access: "workspace-admin",
    summary: "The views that could select the accounts.",
    answer: z.object({ views: z.array(view) }),
  }),
  sampleRows: route({
    method: "POST",
    path: "/connection/sample",
    access: "workspace-admin",
    summary: "Five accounts of a selection in the columns of its view.",
    body: z.object({ selection: selectionInput }),
    answer: z.object({
      columns: z.array(z.object({ logicalName: z.string(), label: z.string() })),
      rows: z.array(z.array(z.string())),
      /** The number of accounts if Dynamics 365 returns it: exact up to 5,000, null above. */
      count: z.number().nullable(),
    }),
  }),
  listColumns: route({
    method: "POST",
    path: "/connection/columns",
    access: "workspace-admin",
    summary:
      "The columns of Dynamics 365 accounts, with a sample of the selection and what each may be mapped to.",
    body: z.object({ selection: selectionInput, labelLanguage: labelLanguageInput.optional() }),
    answer: z.object({ columns: z.array(column) }),
  }),
  listLanguages: route({
    method: "GET",
    path: "/connection/languages",
    access: "workspace-admin",
    summary: "The languages in which Dynamics 365 may have labels, and the organisation's base language.",
    answer: z.object({ languages: z.array(namedLanguage), base: namedLanguage.nullable() }),
  }),
  checkMapping: route({
    method: "POST",
    path: "/connection/mapping-check",
    access: "workspace-admin",
    summary: "Whether a mapping can be used, and why not.",
    body: z.object({ mapping: mappingInput }),
    answer: z.object({
      /** Errors, with which the mapping cannot be used. */
      problems: z.array(z.string()),
      /** Parts of the mapping that have no effect. */
      warnings: z.array(z.string()),
      /** Custom fields that it would create, which only a company admin may. */
      newFields: z.array(z.string()),
    }),
  }),
  putSchedule: route({
    method: "PUT",
    path: "/connection/schedule",
    access: "workspace-admin",
    summary: "When runs come by themselves.",
    // src/connections/schedule/settings.ts checks its rules, and those of the limits.
    body: schedule,
    answer: connection,
  }),
  putBrake: route({
    method: "PUT",
    path: "/connection/brake",
    access: "workspace-admin",
    summary: "How much a run may change before its plan waits for somebody; holds from the next run on.",
    body: brakeLimits,
    answer: connection,
  }),
  pause: route({
    method: "POST",
    path: "/connection/pause",
    access: "workspace-admin",
    summary:
      "Pauses: a run under way stops after the chunk it is writing, and none starts until resumed; a preview, which writes nothing, is made all the same.",
    answer: connection,
  }),
  resume: route({
    method: "POST",
    path: "/connection/resume",
    access: "workspace-admin",
    summary: "Resumes the sync, and continues what was stopped.",
    answer: connection,
  }),
};
