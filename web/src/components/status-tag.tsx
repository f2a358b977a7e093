// The four meanings of the product, each a colour with a glyph and a word: added, changed, skipped, failed.
import type { ReactNode } from "react";
import styles from "./status-tag.module.css";

const SYMBOLS = { added: "+", changed: "~", skipped: "–", failed: "!" } as const;
export type Tone = keyof typeof SYMBOLS;

type Props = {
  tone: Tone;
  /** The word, with its count if it has one. */
  children: ReactNode;
  /** On a wash of its colour. */
  filled?: boolean;
};

export function StatusTag({ tone, children, filled = false }: Props) {
  return (
    <span className={styles.tag} data-tone={tone} data-filled={filled || undefined}>
      <span aria-hidden className={styles.symbol}>
        {SYMBOLS[tone]}
      </span>
      {children}
    </span>
  );
}
