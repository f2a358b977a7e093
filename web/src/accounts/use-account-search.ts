// The search field of the accounts page: debounced into the URL, and moving the focus to the list.
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";

const DEBOUNCE_MS = 250;

/**
 * `q` is the search in the URL; with `isPlaceholder` the list still shows another one's results.
 */
export function useAccountSearch(
  q: string | undefined,
  onSearch: (q: string | undefined) => void,
  isPlaceholder: boolean,
) {
  const [text, setText] = useState(q ?? "");
  const input = useRef<HTMLInputElement>(null);
  const focusListRef = useRef<(() => void) | null>(null);
  const search = useDebouncedCallback((typed: string) => onSearch(typed || undefined), DEBOUNCE_MS);
  const onType = (typed: string) => {
    setText(typed);
    search(typed);
  };
  // Navigation changes the search too, but must not overwrite what is being typed.
  const [appliedQuery, setAppliedQuery] = useState(q);
  if (q !== appliedQuery) {
    setAppliedQuery(q);
    if (!search.isPending()) setText(q ?? "");
  }
  const focus = () => input.current?.focus();
  useHotkeys([
    ["/", focus],
    ["mod+K", focus],
  ]);

  // ↓ waits for the list of the typed search instead of focusing the previous one.
  const isListCurrent = text === (q ?? "") && !isPlaceholder;
  const pendingFocus = useRef(false);
  const focusList = () => {
    search.flush();
    if (isListCurrent) focusListRef.current?.();
    else pendingFocus.current = true;
  };
  useEffect(() => {
    if (!isListCurrent || !pendingFocus.current) return;
    pendingFocus.current = false;
    focusListRef.current?.();
  }, [isListCurrent]);

  return { text, setText, onType, input, focus, focusList, focusListRef };
}
