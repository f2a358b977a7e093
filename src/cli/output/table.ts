// A table for people: aligned columns, no lines between them, so that it can also be cut by awk.
import { displayWidth, oneLine, padded } from "./format.ts";

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Longer cells are cut. Default: 60. */
  readonly atMost?: number;
}

/** Lines without line ends; the first is the header. */
export function tableLines(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map((column) => column.title), ...rows].map((row) =>
    columns.map(({ atMost = 60 }, index) => oneLine(row[index] ?? "", atMost)),
  );
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => displayWidth(row[index] ?? ""))));
  return cells.map((row) =>
    row
      .map((cell, index) => padded(cell, widths[index] ?? 0, columns[index]?.align))
      .join("  ")
      .trimEnd(),
  );
}
