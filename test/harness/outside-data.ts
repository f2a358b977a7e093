import { join } from "node:path";
import { OUTSIDE_DATA } from "../projects.ts";

/** The path of a file of the outside data, for files called *.data.test.ts alone: the others run where it is not. */
export function outsideData(file: string): string {
  return join(OUTSIDE_DATA, file);
}
