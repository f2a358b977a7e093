// Instead of a list with nothing in it: why that is, and what to do next.
import { Button } from "@mantine/core";
import { Empty } from "../components/empty-state.tsx";
import { ButtonLink } from "../components/links.tsx";
import { useMay } from "../session/session.ts";

type Properties = { searching: boolean; onClear: () => void; onCreate: () => void };

export function NoAccounts({ searching, onClear, onCreate }: Properties) {
  const mayImport = useMay("workspace-admin");
  if (searching)
    return (
      <Empty
        title="No account matches"
        action={
          <Button variant="default" onClick={onClear}>
            Clear search and filters
          </Button>
        }
      >
        Search looks at names, domains and text fields. Try fewer letters, or a filter less.
      </Empty>
    );
  return (
    <Empty
      title="No accounts yet"
      action={
        <>
          {mayImport && (
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
      {mayImport
        ? "Bring them in from Dynamics 365: you choose which, see what would happen, and then start. Or add one by hand."
        : "An admin of the workspace can bring them in from Dynamics 365. You can add one by hand."}
    </Empty>
  );
}
