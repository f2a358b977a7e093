// Signing in with e-mail and password, or with Microsoft where that is set up.
import { Button, Divider, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { sessionRoutes, signInProblems } from "../../../src/api/contract/session.ts";
import { addressOf, Refused } from "../client/call-route.ts";
import { useCall } from "../client/queries.ts";
import { AnchorLink } from "../components/links.tsx";
import { Problem } from "../components/error-alert.tsx";
import { Door } from "./auth-layout.tsx";
import styles from "./auth-layout.module.css";
import { accepted, sessionQuery, useSession } from "./session.ts";

const route = getRouteApi("/sign-in");

/** A field of a form as text; what is no text is empty. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

export function SignInPage() {
  const { to = "/contacts/accounts", problem, number } = route.useSearch();
  const session = useSession();
  const queries = useQueryClient();
  const router = useRouter();
  const signIn = useCall(sessionRoutes.signIn);

  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate(
      { body: { email: textOf(form, "email").trim(), password: textOf(form, "password") } },
      {
        onSuccess: (answer) => {
          queries.setQueryData(sessionQuery.queryKey, accepted(answer));
          router.history.push(to);
        },
      },
    );
  };

  return (
    <Door title="Sign in" workspace={session.workspace.name}>
      <form onSubmit={send}>
        {problem !== undefined && (
          <Problem error={new Refused(400, number ?? problem, signInProblems[problem])} />
        )}
        {signIn.error && <Problem error={signIn.error} />}
        <TextInput label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
        <PasswordInput label="Password" name="password" autoComplete="current-password" required />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
      {session.microsoft && (
        <>
          <Divider label="or" className={styles.or} />
          <Button
            component="a"
            href={addressOf(sessionRoutes.signInWithMicrosoft, {})}
            variant="default"
            fullWidth
          >
            Sign in with Microsoft
          </Button>
        </>
      )}
      <p className={styles.note}>
        <AnchorLink to="/reset">Forgot your password?</AnchorLink>
      </p>
    </Door>
  );
}
