// Replaces an empty list: says why it is empty, and what to do next.
import { Button } from "@mantine/core";
import { EmptyState } from "../components/empty-state.tsx";
import { ButtonLink } from "../components/links.tsx";
import { useHasAccess } from "../session/session.ts";

type Props = { isFiltered: boolean; onClear: () => void; onCreate: () => void };

export function NoAccounts({ isFiltered, onClear, onCreate }: Props) {
  const canImport = useHasAccess("workspace-admin");
  if (isFiltered)
    return (
      <EmptyState
        title="No account matches"
        action={
          <Button variant="default" onClick={onClear}>
            Clear search and filters
          </Button>
        }
      >
        Search looks at names, domains and text fields. Try fewer letters, or a filter less.
      </EmptyState>
    );
  return (
    <EmptyState
      title="No accounts yet"
      action={
        <>
          {canImport && (
            <ButtonLink to="/contacts/accounts" search={{ import: "dynamics" }}>
              Import from Dynamics 365
            </ButtonLink>
          )}
          <Button variant="default" onClick={onCreate}>
            New account
          </Button>
        </>
      }
    >
      {canImport
        ? "Bring them in from Dynamics 365: you choose which, see what would happen, and then start. Or add one by hand."
        : "An admin of the workspace can bring them in from Dynamics 365. You can add one by hand."}
    </EmptyState>
  );
}
