// Keyboard focus in a virtualized list (roving tabindex): arrow keys move it, and only one row
// takes Tab.
import { useRef, useState, type KeyboardEvent, type RefObject } from "react";

const KEY_STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -Infinity,
  End: Infinity,
};

type RowFocusOptions = {
  /** Contains the rows, each with its `data-index`. */
  readonly container: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly scrollTo: (index: number) => void;
  /** ↑ on the first row. */
  readonly onLeaveTop?: (() => void) | undefined;
};

export function useRowFocus({ container, count, scrollTo, onLeaveTop }: RowFocusOptions) {
  const [active, setActive] = useState(0);
  /** A row that is focused once it is mounted, which may be after scrolling to it. */
  const pendingFocus = useRef<number | null>(null);
  const focus = (index: number) => {
    setActive(index);
    scrollTo(index);
    const row = container.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (row) row.focus({ preventScroll: true });
    else pendingFocus.current = index;
  };
  const onRowMount = (index: number, row: HTMLElement | null) => {
    if (!row || pendingFocus.current !== index) return;
    pendingFocus.current = null;
    row.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    if (event.key === "ArrowUp" && index === 0) return onLeaveTop?.();
    const step = KEY_STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    focus(Math.min(Math.max(index + step, 0), count - 1));
  };
  return { active: Math.min(active, count - 1), setActive, focus, onRowMount, onKeyDown };
}
