// Searching one of the sync's lists: what was typed goes to the address after a moment, / comes here, Esc empties it, and ↓ goes
// on into the list.
import { TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef, useState } from "react";

type Properties = {
  label: string;
  q: string | undefined;
  onSearch: (q: string | undefined) => void;
  /** ↓ */
  onDown?: () => void;
  className?: string | undefined;
};

export function SearchBox({ label, q, onSearch, onDown, className }: Properties) {
  const [typed, setTyped] = useState(q ?? "");
  const box = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback((text: string) => onSearch(text.trim() || undefined), 250);
  useHotkeys([["/", () => box.current?.focus()]]);
  const type = (text: string) => {
    setTyped(text);
    search(text);
  };
  return (
    <TextInput
      ref={box}
      className={className ?? ""}
      aria-label={label}
      placeholder={`${label}  /`}
      leftSection={<IconSearch size={15} aria-hidden />}
      value={typed}
      // Esc closes the modal only once there is nothing to empty.
      data-mantine-stop-propagation={typed !== "" || undefined}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && typed !== "") type("");
        if (event.key === "ArrowDown") onDown?.();
      }}
    />
  );
}
