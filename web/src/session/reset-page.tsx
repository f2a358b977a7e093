// Asking for a link to set a new password. Says the same whether somebody has the address or not.
import { Button, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { sessionRoutes } from "../../../src/api/contract/session.ts";
import { useCall } from "../client/queries.ts";
import { AnchorLink } from "../components/links.tsx";
import { Problem } from "../components/error-alert.tsx";
import { Door } from "./auth-layout.tsx";
import styles from "./auth-layout.module.css";
import { useSession } from "./session.ts";

export function ResetPage() {
  const session = useSession();
  const ask = useCall(sessionRoutes.askForReset);
  const [email, setEmail] = useState("");

  const send = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate({ body: { email: email.trim() } });
  };

  return (
    <Door title="Set a new password">
      {ask.isSuccess ? (
        <output className={styles.note}>
          If somebody here has the address {email.trim()},{" "}
          {session.mail
            ? "a link to set a new password is on its way to it."
            : "a link to set a new password has been made. No mail leaves this installation: a company admin finds the link under Settings → Mail and can pass it on."}
        </output>
      ) : (
        <form onSubmit={send}>
          {ask.error && <Problem error={ask.error} />}
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Button type="submit" loading={ask.isPending}>
            Mail me a link
          </Button>
        </form>
      )}
      <p className={styles.note}>
        <AnchorLink to="/sign-in">Back to sign in</AnchorLink>
      </p>
    </Door>
  );
}
