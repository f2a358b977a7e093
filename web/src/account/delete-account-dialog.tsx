// Asks before an account is deleted, and whether its Dynamics 365 record is excluded from the sync.
import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { accountRoutes, type AccountDetails } from "../../../src/api/contract/accounts.ts";
import { useRouteMutation } from "../client/queries.ts";
import { ErrorAlert } from "../components/error-alert.tsx";
import { useHasAccess } from "../session/session.ts";

/** Says when the sync would create the account again; null if it would not. */
function recreationNote({ sync, link }: AccountDetails): string | null {
  switch (sync) {
    case "synced":
      return "the next sync creates the account again";
    case "disconnected":
      return "the first sync after Dynamics 365 is connected again creates the account again";
    case "stopped":
      return link?.stopReason === "deleted"
        ? null
        : "the account is created again if its record is synced again";
    case "not-synced":
      return null;
  }
}

type Props = { account: AccountDetails; opened: boolean; onClose: () => void };

export function DeleteAccountDialog({ account, opened, onClose }: Props) {
  const navigate = useNavigate();
  const canExclude = useHasAccess("workspace-admin");
  const [exclude, setExclude] = useState(false);
  const recreation = recreationNote(account);
  const remove = useRouteMutation(accountRoutes.deleteAccount, [
    accountRoutes.listAccounts,
    accountRoutes.countAccounts,
    accountRoutes.listExcluded,
  ]);
  const submit = () =>
    remove.mutate(
      { params: { id: account.id }, query: { exclude: exclude ? "true" : "false" } },
      { onSuccess: () => void navigate({ to: "/contacts/accounts", replace: true }) },
    );
  return (
    <Modal opened={opened} onClose={onClose} title={`Delete ${account.name}?`}>
      <Stack gap="sm">
        {remove.error && <ErrorAlert error={remove.error} />}
        <Text>The account is deleted with its fields and domains. Nothing changes in Dynamics 365.</Text>
        {recreation !== null &&
          (canExclude ? (
            <Checkbox
              label="Exclude its record from the sync"
              description={`Otherwise ${recreation}. Excluded records are listed under Settings.`}
              checked={exclude}
              onChange={(event) => setExclude(event.currentTarget.checked)}
            />
          ) : (
            <Text>
              {account.sync === "synced" ? "It is" : "It was"} synced from Dynamics 365: {recreation}. A
              workspace admin can exclude its record from the sync.
            </Text>
          ))}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={remove.isPending} onClick={submit}>
            {exclude ? "Delete and exclude" : "Delete account"}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
