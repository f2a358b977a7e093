// Keeps settings that are being edited in local storage, so that closing the modal loses nothing;
// once previewed, the server has them. A draft belongs to the saved settings it started from: when
// others are saved since, it would undo them, and is ignored.
import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";
import {
  syncSettings,
  type ConnectionView,
  type SyncSettings,
} from "../../../../src/api/contract/connection.ts";
import { wizardSteps, type SettingsDraft } from "./wizard-position.ts";

const storedDraft = z.object({
  /** Views and columns differ between organisations. */
  organization: z.string(),
  /** The saved settings when the draft was started; null if there were none. */
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

/** Independent of the order of keys. */
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
  /**
   * `fallback`: the settings without a draft, by default the saved ones. A draft that equals them
   * is removed.
   */
  saveDraft: (draft: SettingsDraft, fallback?: SyncSettings | null) => void;
  discardDraft: () => void;
} {
  const [value, set, remove] = useLocalStorage<z.infer<typeof storedDraft> | null>({
    // Drafts of version 0.1.0 are kept under this key.
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
