// What was begun in setting up and is no plan yet, kept in this browser so that closing the modal loses nothing. From the
// plan on, the server has it. It is a change of the settings that were saved when it began: once others are saved, by
// whomever, it would take theirs back, and counts no more.
import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";
import { type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { chosenSettings, type ChosenSettings } from "../../../../src/settings/sync-settings.ts";
import { steps, type Begun } from "./place.ts";

const kept = z.object({
  /** Views and columns of another organisation are others. */
  organization: z.string(),
  /** What was saved when it began; null before anything was. */
  from: chosenSettings.nullable(),
  settings: chosenSettings,
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
function textOf(settings: ChosenSettings | null): string {
  return JSON.stringify(settings && chosenSettings.parse(settings));
}

export function sameSettings(one: ChosenSettings | null, other: ChosenSettings | null): boolean {
  return textOf(one) === textOf(other);
}

export function useBegun({
  environment,
  settings: saved,
}: Pick<ConnectionView, "environment" | "settings">): {
  begun: Begun | null;
  /** `otherwise`: what is shown when nothing is kept, by default what is saved; that itself is not worth keeping. */
  keep: (begun: Begun, otherwise?: ChosenSettings | null) => void;
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
