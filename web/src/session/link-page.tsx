// A one-time link: an invitation, a new password, or the first sign-in. Looking at the page does not use it up.
import { Button, PasswordInput, Skeleton, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { sessionRoutes } from "../../../src/api/contract/session.ts";
import type { RouteAnswer } from "../../../src/api/contract/route.ts";
import { queryOf, useCall } from "../client/queries.ts";
import { AnchorLink } from "../components/links.tsx";
import { Problem } from "../components/error-alert.tsx";
import { Door } from "./auth-layout.tsx";
import styles from "./auth-layout.module.css";
import { accepted, sessionQuery } from "./session.ts";

const route = getRouteApi("/links/$token");
// A name that begins with "use" looks like a hook of React where a function is expected.
const { useLink: opening } = sessionRoutes;
type Purpose = RouteAnswer<typeof sessionRoutes.lookAtLink>;

const WORDS = {
  invitation: { title: "Welcome", button: "Join", name: true, password: "Choose a password" },
  "password-reset": {
    title: "Set a new password",
    button: "Set it and sign in",
    name: false,
    password: "New password",
  },
  "sign-in": { title: "Sign in", button: "Sign in", name: false, password: null },
} as const;

function LinkForm({ token, purpose }: { token: string; purpose: Purpose }) {
  const words = WORDS[purpose.kind];
  const open = useCall(opening);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(purpose.name);
  const [password, setPassword] = useState("");

  const send = (event: FormEvent) => {
    event.preventDefault();
    open.mutate(
      {
        params: { token },
        body: { ...(words.name ? { name } : {}), ...(words.password === null ? {} : { password }) },
      },
      {
        onSuccess: (session) => {
          queries.setQueryData(sessionQuery.queryKey, accepted(session));
          void navigate({ to: "/contacts/accounts", replace: true });
        },
      },
    );
  };

  return (
    <form onSubmit={send}>
      {open.error && <Problem error={open.error} />}
      {words.name && (
        <TextInput
          label="Your name"
          autoComplete="name"
          required
          autoFocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <input type="hidden" name="username" autoComplete="username" value={purpose.email} readOnly />
      {words.password !== null && (
        <PasswordInput
          label={words.password}
          description="At least 10 characters."
          autoComplete="new-password"
          minLength={10}
          required
          autoFocus={!words.name}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      )}
      <Button type="submit" loading={open.isPending}>
        {words.button}
      </Button>
    </form>
  );
}

export function LinkPage() {
  const { token } = route.useParams();
  const looked = useQuery(queryOf(sessionRoutes.lookAtLink, { params: { token } }));
  if (looked.error)
    return (
      <Door title="This link cannot be used">
        <form>
          <Problem error={looked.error} />
        </form>
        <p className={styles.note}>
          <AnchorLink to="/sign-in">Go to sign in</AnchorLink>
        </p>
      </Door>
    );
  return (
    <Door title={looked.data ? WORDS[looked.data.kind].title : "One moment"} workspace={looked.data?.email}>
      {looked.data ? (
        <LinkForm token={token} purpose={looked.data} />
      ) : (
        <Skeleton height={150} mt={18} aria-label="Looking at the link" />
      )}
    </Door>
  );
}
