// Step 1: connects Dynamics 365. Once connected, shows as whom, and offers the check and another
// sign-in.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { ApiError } from "../../client/call-route.ts";
import { RelativeTime } from "../../components/relative-time.tsx";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { ConnectionCheck } from "./connection-check.tsx";
import styles from "./setup.module.css";
import { SignInForm } from "./sign-in-form.tsx";
import { StepLayout } from "./step-layout.tsx";

type Props = {
  connection: ConnectionView;
  /** The user comes back from a sign-in that failed. */
  signInFailed: boolean;
  onNext: () => void;
};

export function ConnectStep({ connection, signInFailed, onNext }: Props) {
  const [isReconnecting, setIsReconnecting] = useState(false);
  const { environment, notice, attention } = connection;
  const needsReconnect = attention?.place === "connect";
  const showForm = environment === null || isReconnecting || (needsReconnect && !environment.fromFile);
  return (
    <StepLayout
      title="Connect Dynamics 365"
      intro={
        "Accounts are read from Dynamics 365 and never written there. You need a Dynamics 365 user with the role System Administrator."
      }
      footer={
        environment && (
          <Button data-align-end onClick={onNext}>
            Select accounts
          </Button>
        )
      }
    >
      <div className={styles.stack}>
        {notice !== null && (signInFailed || environment === null) && (
          <ErrorAlert error={new ApiError(400, notice.code, notice.sentence)} />
        )}
        {needsReconnect && (
          <ErrorAlert error={new ApiError(400, attention.kind, attention.sentence)}>
            {attention.howToResolve}
          </ErrorAlert>
        )}
        {environment && <ConnectionCard environment={environment} />}
        {environment && <ConnectionCheck />}
        {showForm ? (
          <SignInForm connection={connection} onConnected={onNext} />
        ) : (
          environment &&
          !environment.fromFile && (
            <Button variant="default" onClick={() => setIsReconnecting(true)}>
              Log in to another user or environment
            </Button>
          )
        )}
      </div>
    </StepLayout>
  );
}

export function ConnectionCard({ environment }: { environment: NonNullable<ConnectionView["environment"]> }) {
  const { host, region, signedInAs, signInBy, connectedBy, connectedAt, fromFile, secretExpiresAt } =
    environment;
  return (
    <div className={styles.card}>
      <p>
        <strong>{host}</strong> · {region}
      </p>
      <p className={styles.muted}>
        {signInBy === "delegated" ? "Signed in as " : "Signed in as the application "}
        {signedInAs}
      </p>
      <p className={styles.muted}>
        {fromFile ? (
          "Configured in the connection file of this installation; change it there."
        ) : (
          <>
            Connected{connectedBy !== null && ` by ${connectedBy}`} <RelativeTime at={connectedAt} />
          </>
        )}
      </p>
      {secretExpiresAt !== null && (
        <p className={styles.muted}>
          The client secret expires <RelativeTime at={secretExpiresAt} />
        </p>
      )}
    </div>
  );
}
