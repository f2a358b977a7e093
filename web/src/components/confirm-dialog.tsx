// Asking once more before something that cannot be taken back; says what will happen.
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ErrorAlert } from "./error-alert.tsx";

type Props = {
  /** A question, such as "Delete the field Tier?"; null while nothing is asked. */
  title: string | null;
  children: ReactNode;
  /** What the button says it does. */
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
