// Signs in with e-mail and password, or with Microsoft if that is configured.
import { Button, Divider, PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { sessionRoutes, signInProblems } from "../../../src/api/contract/session.ts";
import { routeUrl, ApiError } from "../client/call-route.ts";
import { useRouteMutation } from "../client/queries.ts";
import { AnchorLink } from "../components/links.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { AuthLayout } from "./auth-layout.tsx";
import styles from "./auth-layout.module.css";
import { acceptSession, sessionQuery, useSession } from "./session.ts";

const route = getRouteApi("/sign-in");

/** A form field as text; a file counts as empty. */
function formText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

export function SignInPage() {
  const { to = "/contacts/accounts", problem, number } = route.useSearch();
  const session = useSession();
  const queryClient = useQueryClient();
  const router = useRouter();
  const signIn = useRouteMutation(sessionRoutes.signIn);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate(
      { body: { email: formText(form, "email").trim(), password: formText(form, "password") } },
      {
        onSuccess: (answer) => {
          queryClient.setQueryData(sessionQuery.queryKey, acceptSession(answer));
          router.history.push(to);
        },
      },
    );
  };

  return (
    <AuthLayout title="Sign in" workspace={session.workspace.name}>
      <form onSubmit={submit}>
        {problem !== undefined && (
          <ErrorAlert error={new ApiError(400, number ?? problem, signInProblems[problem])} />
        )}
        {signIn.error && <ErrorAlert error={signIn.error} />}
        <TextInput label="E-mail" name="email" type="email" autoComplete="username" required autoFocus />
        <PasswordInput label="Password" name="password" autoComplete="current-password" required />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
      {session.microsoft && (
        <>
          <Divider label="or" className={styles.divider} />
          <Button
            component="a"
            href={routeUrl(sessionRoutes.signInWithMicrosoft, {})}
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
    </AuthLayout>
  );
}
