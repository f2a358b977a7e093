// Who is signed in to Dynamics 365, whether everything the sync needs is there, and how to sign in anew or end it.
import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { useCall } from "../../client/queries.ts";
import { Problem } from "../../components/error-alert.tsx";
import { CheckList } from "../setup/connection-check.tsx";
import { Connected } from "../setup/connect-step.tsx";
import { SignInForm } from "../setup/sign-in-form.tsx";
import styles from "./tabs.module.css";

const STALE = [connectionRoutes.getConnection, connectionRoutes.getSyncState];

export function ConnectionTab({ connection }: { connection: ConnectionView }) {
  const [anew, setAnew] = useState(false);
  const { environment } = connection;
  if (environment === null) return null;
  return (
    <div className={styles.column}>
      <Connected environment={environment} />
      <CheckList />
      {environment.fromFile ? null : anew ? (
        <SignInForm connection={connection} onConnected={() => setAnew(false)} />
      ) : (
        <div className={styles.row}>
          <Button variant="default" onClick={() => setAnew(true)}>
            Log in again
          </Button>
          <Disconnect host={environment.host} />
        </div>
      )}
    </div>
  );
}

function Disconnect({ host }: { host: string }) {
  const [asking, setAsking] = useState(false);
  const disconnect = useCall(connectionRoutes.disconnect, STALE);
  return (
    <>
      <Button variant="outline" color="red" onClick={() => setAsking(true)}>
        Disconnect
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Disconnect ${host}?`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <p>
          The sign-in is forgotten and nothing is synced any more. Accounts, their links, history and the
          mapping stay, so that connecting again goes on where it ended. What people edit here meanwhile then
          becomes what Dynamics 365 says.
        </p>
        {disconnect.error && <Problem error={disconnect.error} />}
        <div className={styles.row}>
          <Button
            color="red"
            loading={disconnect.isPending}
            onClick={() => disconnect.mutate({}, { onSuccess: () => setAsking(false) })}
          >
            Disconnect
          </Button>
          <Button variant="default" onClick={() => setAsking(false)}>
            Stay connected
          </Button>
        </div>
      </Modal>
    </>
  );
}
