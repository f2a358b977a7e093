// Requests a link to set a new password. The answer does not reveal whether the address is known.
import { Button, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { sessionRoutes } from "../../../src/api/contract/session.ts";
import { useRouteMutation } from "../client/queries.ts";
import { AnchorLink } from "../components/links.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { AuthLayout } from "./auth-layout.tsx";
import styles from "./auth-layout.module.css";
import { useSession } from "./session.ts";

export function ResetPage() {
  const session = useSession();
  const requestReset = useRouteMutation(sessionRoutes.requestReset);
  const [email, setEmail] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    requestReset.mutate({ body: { email: email.trim() } });
  };

  return (
    <AuthLayout title="Set a new password">
      {requestReset.isSuccess ? (
        <output className={styles.note}>
          If a teammate has the address {email.trim()},{" "}
          {session.mail
            ? "a link to set a new password is being sent to it."
            : "a link to set a new password was created. This installation sends no mail: " +
              "a company admin finds the link under Settings → Mail."}
        </output>
      ) : (
        <form onSubmit={submit}>
          {requestReset.error && <ErrorAlert error={requestReset.error} />}
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Button type="submit" loading={requestReset.isPending}>
            Send me a link
          </Button>
        </form>
      )}
      <p className={styles.note}>
        <AnchorLink to="/sign-in">Back to sign in</AnchorLink>
      </p>
    </AuthLayout>
  );
}
