// The settings of a run, as they are stored with it and as a hash. A plan made under other settings
// or rules is refused, and a row drafted under others is drafted again.
import { createHash } from "node:crypto";
import { z } from "zod";
import { parseStored } from "../../lib/stored-json.ts";
import { syncSettings } from "../../settings/sync-settings.ts";

/**
 * To be raised when the same rows and settings give other drafts or decisions. The first run
 * decides everything again, and needs approval if it changes much (rule 16).
 */
export const RULES_VERSION = 3;

const storedSettings = z.object({
  settings: syncSettings,
  fieldIds: z.array(z.number()).readonly(),
  descriptionMapped: z.boolean(),
  /** Custom fields created for this run; they are deleted if it ends without effect. */
  newFieldIds: z.array(z.number()).readonly(),
  /** The version of the rules that decided; absent before the run has begun, and in old runs. */
  rulesVersion: z.number().optional(),
  /** The language of its labels, and the organisation's; null if unknown, as in version 0.1.0. */
  labelLanguage: z.number().nullable().default(null),
  baseLanguage: z.number().nullable().default(null),
  /** The fields whose values are labels. */
  labelFieldIds: z.array(z.number()).readonly().default([]),
});
/** What applying needs, perhaps in another process. */
export type StoredSettings = z.infer<typeof storedSettings>;

/** @throws StoredJsonError when this version cannot parse them */
export function settingsOfRun(runId: number, stored: unknown): StoredSettings {
  return parseStored(storedSettings, stored, {
    what: `The settings of run ${runId}`,
    fix: "Start another run, which stores its own.",
  });
}

/** Makes JSON with sorted keys, so that equal settings give equal text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Equal for equal values, whatever the order of their keys. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 32);
}
