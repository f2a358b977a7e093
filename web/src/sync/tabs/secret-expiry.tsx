// A client secret that ends soon: nothing is synced from then on, and only somebody who knows beforehand can prevent it.
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { ButtonLink } from "../../components/links.tsx";
import { Meant } from "../../components/status-tag.tsx";
import styles from "./tabs.module.css";

/** As the check of the connection warns (src/connections/check-steps.ts). */
const TOLD_BEFORE_MS = 30 * 86_400_000;

const day = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

function millisecondsTo(at: string): number {
  return Date.parse(at) - Date.now();
}

export function SecretEnds({ environment }: Pick<ConnectionView, "environment">) {
  const at = environment?.secretExpiresAt ?? null;
  if (at === null) return null;
  const left = millisecondsTo(at);
  if (left > TOLD_BEFORE_MS) return null;
  return (
    <section className={styles.card} aria-label="The client secret">
      <p>
        <Meant of={left > 0 ? "changed" : "failed"}>
          The client secret {left > 0 ? "ends" : "ended"} on {day.format(new Date(at))}.
        </Meant>
      </p>
      <p>
        Nothing is synced {left > 0 ? "from then on" : "with it any more"}. Make a new one in the app
        registration, under “Certificates & secrets”, and connect with it.
      </p>
      <ButtonLink to="/contacts/accounts/sync" search={{ tab: "connection" }}>
        Connect with a new secret
      </ButtonLink>
    </section>
  );
}
