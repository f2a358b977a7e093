// Says why the sync needs attention, what to do, and links to where it is done.
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { AnchorLink, ButtonLink } from "../../components/links.tsx";
import styles from "./tabs.module.css";

type Attention = NonNullable<ConnectionView["attention"]>;

const PLACES_IN_FILE: ReadonlySet<Attention["place"]> = new Set(["connect", "accounts", "fields"]);

function AttentionAction({ place, run, fromFile }: Attention & { fromFile: boolean }) {
  if (fromFile && PLACES_IN_FILE.has(place))
    return <p>This is configured in the connection file. Change the file and restart Sluice.</p>;

  switch (place) {
    case "connect":
      return (
        <ButtonLink to="/contacts/accounts" search={{ import: "dynamics", step: "connect" }}>
          Connect Dynamics 365 again
        </ButtonLink>
      );
    case "accounts":
      return (
        <ButtonLink to="/contacts/accounts" search={{ import: "dynamics", step: "accounts" }}>
          Select accounts again
        </ButtonLink>
      );
    case "fields":
      return (
        <ButtonLink to="/contacts/accounts/sync" search={{ tab: "fields" }}>
          Edit the mapping
        </ButtonLink>
      );
    case "check":
      return (
        <div className={styles.row}>
          <ButtonLink to="/contacts/accounts/sync" search={{ tab: "connection" }}>
            Check the connection
          </ButtonLink>
          {run !== null && (
            <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs", run }}>
              Open the run
            </AnchorLink>
          )}
        </div>
      );
    case "plan":
      return (
        <ButtonLink to="/contacts/accounts/sync" search={{ tab: "runs", run: run ?? undefined }}>
          Look at the plan
        </ButtonLink>
      );
  }
}

export function AttentionAlert({ attention, fromFile }: { attention: Attention; fromFile: boolean }) {
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle />}
      title={attention.title}
      className={styles.attention ?? ""}
    >
      <p>{attention.sentence}</p>
      <p>{attention.howToResolve}</p>
      <AttentionAction {...attention} fromFile={fromFile} />
      <small>{attention.kind}</small>
    </Alert>
  );
}
