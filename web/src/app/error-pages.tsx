// Pages for an unknown address, and for a page that failed to render. Both offer a way on.
import { Button, Group } from "@mantine/core";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { errorReference } from "../components/error-alert.tsx";
import { ApiError } from "../client/call-route.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { ButtonLink } from "../components/links.tsx";

export function NotFoundPage() {
  return (
    <main>
      <EmptyState
        fullPage
        title="There is no page at this address"
        action={<ButtonLink to="/contacts/accounts">Go to Accounts</ButtonLink>}
      >
        The page may have moved, or the link is incomplete.
      </EmptyState>
    </main>
  );
}

/** Replaces the whole page when the shell failed to render. */
export function RootErrorPage(props: ErrorComponentProps) {
  return (
    <main>
      <ErrorPage {...props} />
    </main>
  );
}

export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { reset: resetQueryErrors } = useQueryErrorResetBoundary();
  const reference = error instanceof Error ? errorReference(error) : undefined;
  const retry = () => {
    resetQueryErrors();
    reset();
    void router.invalidate();
  };
  return (
    <div>
      <EmptyState
        fullPage
        title="This page could not be shown"
        action={
          <Group gap="xs">
            <Button onClick={retry}>Try again</Button>
            <Button variant="default" component="a" href="/contacts/accounts">
              Go to Accounts
            </Button>
          </Group>
        }
      >
        {error instanceof ApiError
          ? error.message
          : "The application failed. Saved data is not affected. " +
            "Try again; if it fails again, tell the operator of this installation."}
        {reference !== undefined && <small style={{ display: "block", marginTop: 8 }}>{reference}</small>}
      </EmptyState>
    </div>
  );
}
