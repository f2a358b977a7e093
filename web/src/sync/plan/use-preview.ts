// Makes a plan with settings that are saved nowhere yet: it reads, decides and stops. They are saved with the plan, when
// somebody applies it.
import { useIsMutating } from "@tanstack/react-query";
import { connectionRoutes, type SyncSettings } from "../../../../src/api/contract/connection.ts";
import { runRoutes, type IssueGroup } from "../../../../src/api/contract/runs.ts";
import { useRouteMutation } from "../../client/queries.ts";

export type SuggestedFix = NonNullable<IssueGroup["remedy"]>;

export function usePreview(onPreview: (run: number, settings: SyncSettings) => void) {
  const start = useRouteMutation(runRoutes.startRun, [connectionRoutes.getConnection, runRoutes.listRuns]);
  const mutating = useIsMutating();
  return {
    error: start.error,
    isPending: start.isPending,
    // While fields are made for a mapping, the mapping is not what it will be in a moment.
    isBlocked: mutating > 0,
    start: (settings: SyncSettings) =>
      start.mutate(
        { body: { mode: "plan", settings } },
        { onSuccess: ({ run }) => onPreview(run.id, settings) },
      ),
  };
}

/** The settings with those of a remedy, which names only what it changes. */
export function withOptions(settings: SyncSettings, changes: SuggestedFix["options"]): SyncSettings {
  const { allowDuplicateNames, onDomainTaken } = settings.options;
  return {
    ...settings,
    options: {
      allowDuplicateNames: changes.allowDuplicateNames ?? allowDuplicateNames,
      onDomainTaken: changes.onDomainTaken ?? onDomainTaken,
    },
  };
}

/** What one presses: the setting, and what it would then do. */
export function formatFix({ label, effect }: SuggestedFix): string {
  return `${label} → ${effect.replace(/\.$/, "")}`;
}
