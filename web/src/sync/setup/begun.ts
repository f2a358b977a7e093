// What was begun in setting up and is no plan yet, kept in this browser so that closing the modal loses nothing. From the
// plan on, the server has it.
import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";
import { syncSettings } from "../../../../src/api/contract/connection.ts";
import { steps, type Begun } from "./place.ts";

const kept = z.object({
  /** Views and columns of another organisation are others. */
  organization: z.string(),
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

export function useBegun(organization: string | undefined): {
  begun: Begun | null;
  keep: (begun: Begun) => void;
  forget: () => void;
} {
  const [value, set, remove] = useLocalStorage<z.infer<typeof kept> | null>({
    key: "sluice.sync.begun",
    defaultValue: null,
    getInitialValueInEffect: false,
    deserialize: read,
  });
  return {
    begun: value !== null && value.organization === organization ? value : null,
    keep: (begun) => {
      if (organization !== undefined) set({ organization, ...begun });
    },
    forget: remove,
  };
}
