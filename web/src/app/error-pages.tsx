// Where there is no page, and where a page could not be drawn: both say what to do.
import { Button, Group } from "@mantine/core";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { codeOf } from "../components/error-alert.tsx";
import { Refused } from "../client/call-route.ts";
import { Empty } from "../components/empty-state.tsx";
import { ButtonLink } from "../components/links.tsx";

export function NotFoundPage() {
  return (
    <main>
      <Empty
        alone
        title="There is no page at this address"
        action={<ButtonLink to="/contacts/accounts">Go to Accounts</ButtonLink>}
      >
        It may have moved, or the link was cut off when it was copied. From the accounts you reach everything
        else.
      </Empty>
    </main>
  );
}

/** Where not even the frame of the pages could be drawn. */
export function ProblemAlone(properties: ErrorComponentProps) {
  return (
    <main>
      <ProblemPage {...properties} />
    </main>
  );
}

export function ProblemPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { reset: askAgain } = useQueryErrorResetBoundary();
  const code = error instanceof Error ? codeOf(error) : undefined;
  const again = () => {
    askAgain();
    reset();
    void router.invalidate();
  };
  return (
    <div>
      <Empty
        alone
        title="This page could not be shown"
        action={
          <Group gap="xs">
            <Button onClick={again}>Try again</Button>
            <Button variant="default" component="a" href="/contacts/accounts">
              Go to Accounts
            </Button>
          </Group>
        }
      >
        {error instanceof Refused
          ? error.message
          : "Something in the application itself went wrong; what you saved is safe. Try again, and if it stays, tell whoever runs this installation."}
        {code !== undefined && <small style={{ display: "block", marginTop: 8 }}>{code}</small>}
      </Empty>
    </div>
  );
}
