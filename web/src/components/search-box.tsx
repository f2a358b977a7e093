// A debounced search field over a list. The key / focuses it, Escape clears it,
// and ↓ moves to the list.
import { TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef, useState } from "react";

type Props = {
  label: string;
  q: string | undefined;
  onSearch: (q: string | undefined) => void;
  onArrowDown?: () => void;
  className?: string | undefined;
};

export function SearchBox({ label, q, onSearch, onArrowDown, className }: Props) {
  const [text, setText] = useState(q ?? "");
  const input = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback((value: string) => onSearch(value.trim() || undefined), 250);
  useHotkeys([["/", () => input.current?.focus()]]);
  const onType = (value: string) => {
    setText(value);
    search(value);
  };
  return (
    <TextInput
      ref={input}
      className={className ?? ""}
      aria-label={label}
      placeholder={`${label}  /`}
      leftSection={<IconSearch size={15} aria-hidden />}
      value={text}
      // Escape clears the search first, and closes the modal only after that.
      data-mantine-stop-propagation={text !== "" || undefined}
      onChange={(event) => onType(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && text !== "") onType("");
        if (event.key === "ArrowDown") onArrowDown?.();
      }}
    />
  );
}
