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
import { steps, type Begun } from "./wizard-position.ts";

const kept = z.object({
  /** Views and columns of another organisation are others. */
  organization: z.string(),
  /** What was saved when it began; null before anything was. */
  from: syncSettings.nullable(),
  settings: syncSettings,
  step: z.enum(steps),
});

function read(text: string | undefined): z.infer<typeof kept> | null {
  try {
    return kept
      .nullable()
      .catch(null)
      .parse(JSON.parse(text ?? "null"));
  } catch {
    return null;
  }
}

/** In whatever order their keys were set. */
function textOf(settings: SyncSettings | null): string {
  return JSON.stringify(settings && syncSettings.parse(settings));
}

export function sameSettings(one: SyncSettings | null, other: SyncSettings | null): boolean {
  return textOf(one) === textOf(other);
}

export function useBegun({
  environment,
  settings: saved,
}: Pick<ConnectionView, "environment" | "settings">): {
  begun: Begun | null;
  /** `otherwise`: what is shown when nothing is kept, by default what is saved; that itself is not worth keeping. */
  keep: (begun: Begun, otherwise?: SyncSettings | null) => void;
  forget: () => void;
} {
  const [value, set, remove] = useLocalStorage<z.infer<typeof kept> | null>({
    key: "sluice.sync.begun",
    defaultValue: null,
    getInitialValueInEffect: false,
    deserialize: read,
  });
  const organization = environment?.organizationId;
  const counts = value !== null && value.organization === organization && sameSettings(value.from, saved);
  return {
    begun: counts ? value : null,
    keep: (begun, otherwise = saved) => {
      if (organization === undefined) return;
      if (saved !== null && sameSettings(begun.settings, otherwise)) remove();
      else set({ organization, from: saved, ...begun });
    },
    forget: remove,
  };
}
