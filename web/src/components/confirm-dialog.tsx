// Asks for confirmation before something that cannot be undone, and says what it will do.
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ErrorAlert } from "./error-alert.tsx";

type Props = {
  /** A question, such as "Delete the field Tier?"; null closes the dialog. */
  title: string | null;
  children: ReactNode;
  confirmLabel: string;
  isPending: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
};

export function ConfirmDialog({
  title,
  children,
  confirmLabel,
  isPending,
  error,
  onConfirm,
  onClose,
}: Props) {
  return (
    <Modal opened={title !== null} onClose={onClose} title={title}>
      <Stack gap="sm">
        {error && <ErrorAlert error={error} />}
        <Text>{children}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={isPending} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
