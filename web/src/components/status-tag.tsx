// The four meanings of the product, each a colour with a glyph and a word: added, changed, skipped, failed.
import type { ReactNode } from "react";
import styles from "./status-tag.module.css";

const GLYPHS = { added: "+", changed: "~", skipped: "–", failed: "!" } as const;
export type Meaning = keyof typeof GLYPHS;

type Properties = {
  of: Meaning;
  /** The word, with its count if it has one. */
  children: ReactNode;
  /** On a wash of its colour. */
  filled?: boolean;
};

export function Meant({ of, children, filled = false }: Properties) {
  return (
    <span className={styles.meaning} data-meaning={of} data-filled={filled || undefined}>
      <span aria-hidden className={styles.glyph}>
        {GLYPHS[of]}
      </span>
      {children}
    </span>
  );
}
