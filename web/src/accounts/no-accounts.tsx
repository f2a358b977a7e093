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
        The search covers names, domains and text fields. Try a shorter search or fewer filters.
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
        ? "Import them from Dynamics 365: select accounts, preview the changes, and sync. Or create one."
        : "A workspace admin can import them from Dynamics 365. You can create one."}
    </EmptyState>
  );
}
