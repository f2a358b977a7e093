// What was begun in setting up and is no plan yet, kept in this browser so that closing the modal loses nothing. From the
// plan on, the server has it. It is a change of the settings that were saved when it began: once others are saved, by
// whomever, it would take theirs back, and counts no more.
import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";
import {
  syncSettings,
  type ConnectionView,
  type SyncSettings,
} from "../../../../src/api/contract/connection.ts";
import { wizardSteps, type SettingsDraft } from "./wizard-position.ts";

const storedDraft = z.object({
  /** Views and columns of another organisation are others. */
  organization: z.string(),
  /** What was saved when it began; null before anything was. */
  from: syncSettings.nullable(),
  settings: syncSettings,
  step: z.enum(wizardSteps),
});

function parseStored(text: string | undefined): z.infer<typeof storedDraft> | null {
  try {
    return storedDraft
      .nullable()
      .catch(null)
      .parse(JSON.parse(text ?? "null"));
  } catch {
    return null;
  }
}

/** In whatever order their keys were set. */
function canonicalJson(settings: SyncSettings | null): string {
  return JSON.stringify(settings && syncSettings.parse(settings));
}

export function sameSettings(one: SyncSettings | null, other: SyncSettings | null): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

export function useDraftSettings({
  environment,
  settings: saved,
}: Pick<ConnectionView, "environment" | "settings">): {
  draft: SettingsDraft | null;
  /** `otherwise`: what is shown when nothing is kept, by default what is saved; that itself is not worth keeping. */
  saveDraft: (draft: SettingsDraft, fallback?: SyncSettings | null) => void;
  discardDraft: () => void;
} {
  const [value, set, remove] = useLocalStorage<z.infer<typeof storedDraft> | null>({
    key: "sluice.sync.begun",
    defaultValue: null,
    getInitialValueInEffect: false,
    deserialize: parseStored,
  });
  const organization = environment?.organizationId;
  const isCurrent = value !== null && value.organization === organization && sameSettings(value.from, saved);
  return {
    draft: isCurrent ? value : null,
    saveDraft: (draft, fallback = saved) => {
      if (organization === undefined) return;
      if (saved !== null && sameSettings(draft.settings, fallback)) remove();
      else set({ organization, from: saved, ...draft });
    },
    discardDraft: remove,
  };
}
