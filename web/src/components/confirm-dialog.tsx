// Asking once more before something that cannot be taken back; says what will happen.
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Problem } from "./error-alert.tsx";

type Properties = {
  /** A question, such as "Delete the field Tier?"; null while nothing is asked. */
  title: string | null;
  children: ReactNode;
  /** What the button says it does. */
  action: string;
  pending: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
};

export function Confirm({ title, children, action, pending, error, onConfirm, onClose }: Properties) {
  return (
    <Modal opened={title !== null} onClose={onClose} title={title}>
      <Stack gap="sm">
        {error && <Problem error={error} />}
        <Text>{children}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={pending} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
