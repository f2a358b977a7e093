import { z } from "zod";
import { requestShared } from "./shared/request.ts";

/** Returns the directory of the built pages. */
export function builtPages(): Promise<string> {
  return requestShared("pages", z.string());
}
