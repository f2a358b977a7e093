// Starts a preview: a run that plans with unsaved settings and stops. Applying the plan saves the
// settings.
import type { ChosenSettings } from "../../../../src/settings/sync-settings.ts";
import { useIsMutating } from "@tanstack/react-query";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { runRoutes, type IssueGroup } from "../../../../src/api/contract/runs.ts";
import { useRouteMutation } from "../../client/queries.ts";

export type SuggestedFix = NonNullable<IssueGroup["fix"]>;

export function usePreview(onPreview: (run: number, settings: ChosenSettings) => void) {
  const start = useRouteMutation(runRoutes.startRun, [connectionRoutes.getConnection, runRoutes.listRuns]);
  const mutating = useIsMutating();
  return {
    error: start.error,
    isPending: start.isPending,
    // A mutation under way may create the fields that the mapping needs.
    isBlocked: mutating > 0,
    start: (settings: ChosenSettings) =>
      start.mutate(
        { body: { mode: "plan", settings } },
        { onSuccess: ({ run }) => onPreview(run.id, settings) },
      ),
  };
}

/** The settings with the options that a fix changes. */
export function withOptions(settings: ChosenSettings, changes: SuggestedFix["options"]): ChosenSettings {
  const { allowDuplicateNames, onDomainTaken } = settings.options;
  return {
    ...settings,
    options: {
      allowDuplicateNames: changes.allowDuplicateNames ?? allowDuplicateNames,
      onDomainTaken: changes.onDomainTaken ?? onDomainTaken,
    },
  };
}

/** The label of a fix: its setting, and its effect. */
export function formatFix({ label, effect }: SuggestedFix): string {
  return `${label} → ${effect.replace(/\.$/, "")}`;
}
