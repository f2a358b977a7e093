// A tag in one of four tones, each with a colour and a symbol: added, changed, skipped, failed.
import type { ReactNode } from "react";
import type { Tone } from "./tone.ts";
import styles from "./status-tag.module.css";

const SYMBOLS: Record<Tone, string> = { added: "+", changed: "~", skipped: "–", failed: "!" };

type Props = {
  tone: Tone;
  /** The label, with a count if there is one. */
  children: ReactNode;
  /** Fills the background with the tone's colour. */
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
