// Moving the focus along the rows of a long list by keys, where only the rows in sight are drawn. One row at a time takes Tab.
import { useRef, useState, type KeyboardEvent, type RefObject } from "react";

const STEPS: Record<string, number> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -Infinity,
  End: Infinity,
};

type Rows = {
  /** The rows are somewhere in it, each with its `data-index`. */
  readonly list: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly scrollTo: (index: number) => void;
  /** ↑ on the first row. */
  readonly leave?: (() => void) | undefined;
};

export function useRowFocus({ list, count, scrollTo, leave }: Rows) {
  const [active, setActive] = useState(0);
  /** A row that gets the focus as soon as it is drawn, which may be after scrolling to it. */
  const wanted = useRef<number | null>(null);
  const focus = (index: number) => {
    setActive(index);
    scrollTo(index);
    const row = list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (row) row.focus({ preventScroll: true });
    else wanted.current = index;
  };
  const drawn = (index: number, row: HTMLElement | null) => {
    if (!row || wanted.current !== index) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  };
  const onKey = (event: KeyboardEvent, index: number) => {
    if (event.key === "ArrowUp" && index === 0) return leave?.();
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    focus(Math.min(Math.max(index + step, 0), count - 1));
  };
  return { active: Math.min(active, count - 1), setActive, focus, drawn, onKey };
}
