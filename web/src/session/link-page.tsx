// A one-time link: an invitation, a password reset, or the first sign-in. Opening the page does not
// use it up.
import { Button, PasswordInput, Skeleton, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { sessionRoutes } from "../../../src/api/contract/session.ts";
import type { RouteAnswer } from "../../../src/api/contract/route.ts";
import { routeQuery, useRouteMutation } from "../client/queries.ts";
import { AnchorLink } from "../components/links.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { AuthLayout } from "./auth-layout.tsx";
import styles from "./auth-layout.module.css";
import { acceptSession, sessionQuery } from "./session.ts";

const route = getRouteApi("/links/$token");
// Renamed, since lint takes a name that begins with "use" for a React hook.
const { useLink: redeemRoute } = sessionRoutes;
type LinkDetails = RouteAnswer<typeof sessionRoutes.getLink>;

const LINK_TEXTS = {
  invitation: { title: "Welcome", button: "Join", name: true, password: "Choose a password" },
  "password-reset": {
    title: "Set a new password",
    button: "Set password and sign in",
    name: false,
    password: "New password",
  },
  "sign-in": { title: "Sign in", button: "Sign in", name: false, password: null },
} as const;

function LinkForm({ token, link }: { token: string; link: LinkDetails }) {
  const texts = LINK_TEXTS[link.kind];
  const redeem = useRouteMutation(redeemRoute);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(link.name);
  const [password, setPassword] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    redeem.mutate(
      {
        params: { token },
        body: { ...(texts.name ? { name } : {}), ...(texts.password === null ? {} : { password }) },
      },
      {
        onSuccess: (session) => {
          queryClient.setQueryData(sessionQuery.queryKey, acceptSession(session));
          void navigate({ to: "/contacts/accounts", replace: true });
        },
      },
    );
  };

  return (
    <form onSubmit={submit}>
      {redeem.error && <ErrorAlert error={redeem.error} />}
      {texts.name && (
        <TextInput
          label="Your name"
          autoComplete="name"
          required
          autoFocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <input type="hidden" name="username" autoComplete="username" value={link.email} readOnly />
      {texts.password !== null && (
        <PasswordInput
          label={texts.password}
          description="At least 10 characters."
          autoComplete="new-password"
          minLength={10}
          required
          autoFocus={!texts.name}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      )}
      <Button type="submit" loading={redeem.isPending}>
        {texts.button}
      </Button>
    </form>
  );
}

export function LinkPage() {
  const { token } = route.useParams();
  const linkQuery = useQuery(routeQuery(sessionRoutes.getLink, { params: { token } }));
  if (linkQuery.error)
    return (
      <AuthLayout title="This link cannot be used">
        <form>
          <ErrorAlert error={linkQuery.error} />
        </form>
        <p className={styles.note}>
          <AnchorLink to="/sign-in">Go to sign in</AnchorLink>
        </p>
      </AuthLayout>
    );
  return (
    <AuthLayout
      title={linkQuery.data ? LINK_TEXTS[linkQuery.data.kind].title : "Loading"}
      workspace={linkQuery.data?.email}
    >
      {linkQuery.data ? (
        <LinkForm token={token} link={linkQuery.data} />
      ) : (
        <Skeleton height={150} mt={18} aria-label="Loading the link" />
      )}
    </AuthLayout>
  );
}
