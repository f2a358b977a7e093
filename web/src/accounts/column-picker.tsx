// Chooses the columns of the list.
import { Button, Checkbox, Popover, Stack } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import type { Column } from "./columns.ts";

type Props = {
  all: readonly Column[];
  shown: readonly Column[];
  onChange: (ids: string[]) => void;
};

export function ColumnPicker({ all, shown, onChange }: Props) {
  return (
    <Popover position="bottom-end" width={240} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={15} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group value={shown.map(({ id }) => id)} onChange={onChange} aria-label="Columns shown">
          <Stack gap={8} mah={340} style={{ overflow: "auto" }}>
            {all.map(({ id, label }) => (
              <Checkbox key={id} value={id} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
