// Deleting an account, and whether its record in Dynamics 365 may bring it back.
import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { accountRoutes, type AccountDetails } from "../../../src/api/contract/accounts.ts";
import { useCall } from "../client/queries.ts";
import { Problem } from "../components/error-alert.tsx";
import { useMay } from "../session/session.ts";

/** When its record makes the account again; null if it cannot. */
function comesBack({ sync, link }: AccountDetails): string | null {
  switch (sync) {
    case "synced":
      return "the next sync makes the account again";
    case "disconnected":
      return "the first sync after its Dynamics 365 is connected again makes the account again";
    case "stopped":
      return link?.leftBecause === "deleted"
        ? null
        : "the account is made again should its record come back into the sync";
    case "not-synced":
      return null;
  }
}

type Properties = { account: AccountDetails; opened: boolean; onClose: () => void };

export function DeleteAccount({ account, opened, onClose }: Properties) {
  const navigate = useNavigate();
  const mayExclude = useMay("workspace-admin");
  const [exclude, setExclude] = useState(false);
  const back = comesBack(account);
  const remove = useCall(accountRoutes.deleteAccount, [
    accountRoutes.listAccounts,
    accountRoutes.countAccounts,
    accountRoutes.listExcluded,
  ]);
  const send = () =>
    remove.mutate(
      { params: { id: account.id }, query: { exclude: exclude ? "true" : "false" } },
      { onSuccess: () => void navigate({ to: "/contacts/accounts", replace: true }) },
    );
  return (
    <Modal opened={opened} onClose={onClose} title={`Delete ${account.name}?`}>
      <Stack gap="sm">
        {remove.error && <Problem error={remove.error} />}
        <Text>
          The account goes from the list, with its fields and domains. Nothing changes in Dynamics 365.
        </Text>
        {back !== null &&
          (mayExclude ? (
            <Checkbox
              label="Keep its record out of the sync from now on"
              description={`Without this, ${back}. You find kept-out records under Settings.`}
              checked={exclude}
              onChange={(event) => setExclude(event.currentTarget.checked)}
            />
          ) : (
            <Text>
              It comes from Dynamics 365: {back}. An admin of the workspace can keep its record out of the
              sync.
            </Text>
          ))}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={remove.isPending} onClick={send}>
            {exclude ? "Delete and keep out" : "Delete account"}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
