// Makes a plan with settings that are saved nowhere yet: it reads, decides and stops. They are saved with the plan, when
// somebody applies it.
import { useIsMutating } from "@tanstack/react-query";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import type { ChosenSettings } from "../../../../src/settings/sync-settings.ts";
import { runRoutes, type IssueGroup } from "../../../../src/api/contract/runs.ts";
import { useCall } from "../../client/queries.ts";

export type Remedy = NonNullable<IssueGroup["remedy"]>;

export function usePreview(onPlanning: (run: number, settings: ChosenSettings) => void) {
  const start = useCall(runRoutes.startRun, [connectionRoutes.getConnection, runRoutes.listRuns]);
  const mutating = useIsMutating();
  return {
    error: start.error,
    isPending: start.isPending,
    // While fields are made for a mapping, the mapping is not what it will be in a moment.
    isTooEarly: mutating > 0,
    start: (settings: ChosenSettings) =>
      start.mutate(
        { body: { mode: "plan", settings } },
        { onSuccess: ({ run }) => onPlanning(run.id, settings) },
      ),
  };
}

/** The settings with those of a remedy, which names only what it changes. */
export function withOptions(settings: ChosenSettings, remedy: Remedy["options"]): ChosenSettings {
  const { allowDuplicateNames, onDomainTaken } = settings.options;
  return {
    ...settings,
    options: {
      allowDuplicateNames: remedy.allowDuplicateNames ?? allowDuplicateNames,
      onDomainTaken: remedy.onDomainTaken ?? onDomainTaken,
    },
  };
}

/** What one presses: the setting, and what it would then do. */
export function remedyInWords({ label, effect }: Remedy): string {
  return `${label} → ${effect.replace(/\.$/, "")}`;
}
