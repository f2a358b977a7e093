import { join } from "node:path";
import { OUTSIDE_DATA } from "../projects.ts";

/** Returns the path of a file of the outside data; only files called *.data.test.ts may use it. */
export function outsideData(file: string): string {
  return join(OUTSIDE_DATA, file);
}
