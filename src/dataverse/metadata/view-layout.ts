// The columns of a view's layout, a grid of cells (Microsoft Learn, "Customize views", layoutxml).
import { DOMParser } from "@xmldom/xmldom";
import type { View } from "../model.ts";

/**
 * "name" for an account's column, "alias.name" for a linked table's; empty if the layout is missing
 * or cannot be parsed.
 */
export function layoutColumns({ layoutXml = "" }: View): string[] {
  if (layoutXml === "" || /<!DOCTYPE/i.test(layoutXml)) return [];
  try {
    const cells = new DOMParser({ onError: throwParseError })
      .parseFromString(layoutXml, "text/xml")
      .getElementsByTagName("cell");
    const shown = Array.from(cells).filter((cell) => cell.getAttribute("ishidden") !== "1");
    return shown.map((cell) => cell.getAttribute("name") ?? "").filter((name) => name !== "");
  } catch {
    return [];
  }
}

function throwParseError(_level: string, message: string): never {
  throw new Error(message);
}
