// Step 1: connect. Once connected it says as whom, and everything else is one click away: the check, another sign-in.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { Refused } from "../../client/call-route.ts";
import { Moment } from "../../components/relative-time.tsx";
import { Problem } from "../../components/error-alert.tsx";
import { CheckList } from "./connection-check.tsx";
import styles from "./setup.module.css";
import { SignInForm } from "./sign-in-form.tsx";
import { StepFrame } from "./step-layout.tsx";

type Properties = {
  connection: ConnectionView;
  /** The sign-in that one comes back from went wrong. */
  returned: boolean;
  onNext: () => void;
};

export function ConnectStep({ connection, returned, onNext }: Properties) {
  const [anew, setAnew] = useState(false);
  const { environment, notice, attention } = connection;
  const asks = attention?.place === "connect";
  const showForm = environment === null || anew || (asks && !environment.fromFile);
  return (
    <StepFrame
      title="Connect Dynamics 365"
      intro="Accounts are read from Dynamics 365 and never written there. You need a Dynamics 365 user with the role System Administrator."
      footer={
        environment && (
          <Button data-push onClick={onNext}>
            Choose accounts
          </Button>
        )
      }
    >
      <div className={styles.stack}>
        {notice !== null && (returned || environment === null) && (
          <Problem error={new Refused(400, notice.code, notice.sentence)} />
        )}
        {asks && (
          <Problem error={new Refused(400, attention.kind, attention.sentence)}>
            {attention.howToResolve}
          </Problem>
        )}
        {environment && <Connected environment={environment} />}
        {environment && <CheckList />}
        {showForm ? (
          <SignInForm connection={connection} onConnected={onNext} />
        ) : (
          environment &&
          !environment.fromFile && (
            <Button variant="default" onClick={() => setAnew(true)}>
              Log in as somebody else or elsewhere
            </Button>
          )
        )}
      </div>
    </StepFrame>
  );
}

export function Connected({ environment }: { environment: NonNullable<ConnectionView["environment"]> }) {
  const { host, region, signedInAs, signInBy, connectedBy, connectedAt, fromFile, secretExpiresAt } =
    environment;
  return (
    <div className={styles.card}>
      <p>
        <strong>{host}</strong> · {region}
      </p>
      <p className={styles.soft}>
        {signInBy === "delegated" ? "Signed in as " : "Signed in as the application "}
        {signedInAs}
      </p>
      <p className={styles.soft}>
        {fromFile ? (
          "Set up in the connection file this installation was started with; it is changed there."
        ) : (
          <>
            Connected{connectedBy !== null && ` by ${connectedBy}`} <Moment at={connectedAt} />
          </>
        )}
      </p>
      {secretExpiresAt !== null && (
        <p className={styles.soft}>
          The client secret expires <Moment at={secretExpiresAt} />
        </p>
      )}
    </div>
  );
}
