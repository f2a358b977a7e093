// A test file's side of the shared services.
import { inject } from "vitest";
import type { z } from "zod";

/** @throws what the service could not do, in its own words */
export async function requestShared<T>(
  service: "command" | "database" | "pages",
  schema: z.ZodType<T>,
): Promise<T> {
  const response = await fetch(`${inject("sharedServices")}/${service}`);
  if (!response.ok) throw new Error(await response.text());
  return schema.parse(await response.json());
}
