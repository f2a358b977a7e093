// Numbers, times and text as the command line shows them.

const thousands = new Intl.NumberFormat("en");

/** Formats as in 51,350. */
export function formatCount(value: number): string {
  return thousands.format(value);
}

const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 20 });

/** Formats a value of an account with all its digits, as in 1,234.5. */
export function formatNumber(value: number): string {
  return exact.format(value);
}

/** Formats as in "1 account" and "51,350 accounts". */
export function pluralize(value: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(value)} ${value === 1 ? noun : plural}`;
}

/** Formats as in "0.8 s", "42 s", "3 min 5 s" and "2 h 10 min". */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Formats in UTC, as in "2026-03-01 09:30:15 UTC", so that it is the same for everybody. */
export function formatInstant(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Returns the number of terminal columns of one character. */
function widthOf(character: string): number {
  if (character >= " " && character <= "~") return 1;
  if (/^[\p{M}\p{Cf}]$/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/**
 * Puts data on one line: control characters, which could control the terminal, become blanks, and
 * text that is too long is cut with "…".
 */
export function toOneLine(text: string, columns = Number.POSITIVE_INFINITY): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, " ").trim();
  if (displayWidth(clean) <= columns) return clean;
  let cut = "";
  let width = 0;
  for (const character of clean) {
    width += widthOf(character);
    if (width > columns - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

export function padToWidth(text: string, columns: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, columns - displayWidth(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** Breaks text between words; `indent` starts each line and counts. */
export function wrapText(text: string, columns: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && displayWidth(`${indent}${line} ${word}`) > columns) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
