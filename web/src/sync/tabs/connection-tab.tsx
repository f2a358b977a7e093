// Shows the connection, checks it, signs in again, and disconnects.
import { Button } from "@mantine/core";
import { useState } from "react";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ConnectionCheck } from "../setup/connection-check.tsx";
import { ConnectionCard } from "../setup/connect-step.tsx";
import { SignInForm } from "../setup/sign-in-form.tsx";
import styles from "./tabs.module.css";

const INVALIDATED_ROUTES = [connectionRoutes.getConnection, connectionRoutes.getSyncState];

export function ConnectionTab({ connection }: { connection: ConnectionView }) {
  const [isReconnecting, setIsReconnecting] = useState(false);
  const { environment } = connection;
  if (environment === null) return null;
  return (
    <div className={styles.column}>
      <ConnectionCard environment={environment} />
      <ConnectionCheck />
      {environment.fromFile ? null : isReconnecting ? (
        <SignInForm connection={connection} onConnected={() => setIsReconnecting(false)} />
      ) : (
        <div className={styles.row}>
          <Button variant="default" onClick={() => setIsReconnecting(true)}>
            Log in again
          </Button>
          <DisconnectButton host={environment.host} />
        </div>
      )}
    </div>
  );
}

function DisconnectButton({ host }: { host: string }) {
  const [isConfirming, setIsConfirming] = useState(false);
  const disconnect = useRouteMutation(connectionRoutes.disconnect, INVALIDATED_ROUTES);
  return (
    <>
      <Button variant="outline" color="red" onClick={() => setIsConfirming(true)}>
        Disconnect
      </Button>
      <ConfirmDialog
        title={isConfirming ? `Disconnect ${host}?` : null}
        confirmLabel="Disconnect"
        isPending={disconnect.isPending}
        error={disconnect.error}
        onConfirm={() => disconnect.mutate({}, { onSuccess: () => setIsConfirming(false) })}
        onClose={() => setIsConfirming(false)}
      >
        The stored sign-in is deleted and nothing is synced any more. Accounts, links, history and the mapping
        are kept, so that the sync continues when you connect again. Edits made here meanwhile are then
        overwritten by Dynamics 365.
      </ConfirmDialog>
    </>
  );
}
