// A table for people: aligned columns without lines between them, so that awk can cut it as well.
import { displayWidth, toOneLine, padToWidth } from "./format.ts";

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Longer cells are truncated. Default: 60. */
  readonly maxWidth?: number;
}

/** Returns lines without line ends; the first is the header. */
export function tableLines(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map((column) => column.title), ...rows].map((row) =>
    columns.map(({ maxWidth = 60 }, index) => toOneLine(row[index] ?? "", maxWidth)),
  );
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => displayWidth(row[index] ?? ""))));
  return cells.map((row) =>
    row
      .map((cell, index) => padToWidth(cell, widths[index] ?? 0, columns[index]?.align))
      .join("  ")
      .trimEnd(),
  );
}
