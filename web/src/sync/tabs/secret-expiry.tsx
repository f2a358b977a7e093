// Warns of a client secret that is about to expire, since nothing is synced after that.
import type { ConnectionView } from "../../../../src/api/contract/connection.ts";
import { SECRET_WARNING_DAYS } from "../../../../src/settings/secret-expiry.ts";
import { ButtonLink } from "../../components/links.tsx";
import { StatusTag } from "../../components/status-tag.tsx";
import styles from "./tabs.module.css";

const WARNING_MS = SECRET_WARNING_DAYS * 86_400_000;

const dateFormat = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

function millisecondsTo(expiresAt: string): number {
  return Date.parse(expiresAt) - Date.now();
}

export function SecretExpiry({ environment }: Pick<ConnectionView, "environment">) {
  const expiresAt = environment?.secretExpiresAt ?? null;
  if (expiresAt === null) return null;
  const remainingMs = millisecondsTo(expiresAt);
  if (remainingMs > WARNING_MS) return null;
  return (
    <section className={styles.card} aria-label="The client secret">
      <p>
        <StatusTag tone={remainingMs > 0 ? "changed" : "failed"}>
          The client secret {remainingMs > 0 ? "expires" : "expired"} on{" "}
          {dateFormat.format(new Date(expiresAt))}.
        </StatusTag>
      </p>
      <p>
        Nothing is synced {remainingMs > 0 ? "after that" : "any more"}. Create a new one in the app
        registration under “Certificates & secrets”, and connect with it.
      </p>
      <ButtonLink to="/contacts/accounts/sync" search={{ tab: "connection" }}>
        Connect with a new secret
      </ButtonLink>
    </section>
  );
}
