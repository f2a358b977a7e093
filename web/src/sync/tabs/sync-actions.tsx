// The buttons of the sync page: sync now, pause, resume.
import { Button, Group } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { runRoutes } from "../../../../src/api/contract/runs.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";

export function SyncActions({ connection }: { connection: ConnectionView }) {
  const navigate = useNavigate();
  const invalidates = [connectionRoutes.getConnection, connectionRoutes.getSyncState, runRoutes.listRuns];
  const sync = useRouteMutation(runRoutes.startRun, invalidates);
  const pause = useRouteMutation(connectionRoutes.pause, invalidates);
  const resume = useRouteMutation(connectionRoutes.resume, invalidates);
  const { state, settings, paused } = connection;
  const error = sync.error ?? pause.error ?? resume.error;
  if (settings === null) return null;
  return (
    <Group gap="xs">
      {error && <ErrorAlert error={error} />}
      {paused ? (
        <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate({})}>
          Resume
        </Button>
      ) : (
        <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate({})}>
          Pause
        </Button>
      )}
      <Button
        loading={sync.isPending}
        disabled={state === "running" || paused}
        onClick={() =>
          sync.mutate(
            { body: { mode: "sync" } },
            { onSuccess: () => void navigate({ to: "/contacts/accounts/sync", search: {} }) },
          )
        }
      >
        Sync now
      </Button>
    </Group>
  );
}
