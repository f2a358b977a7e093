// The client of the shared services in a test file.
import { inject } from "vitest";
import type { z } from "zod";

/** @throws with the message of the service when it failed */
export async function requestShared<T>(
  service: "command" | "database" | "pages",
  schema: z.ZodType<T>,
): Promise<T> {
  const response = await fetch(`${inject("sharedServices")}/${service}`);
  if (!response.ok) throw new Error(await response.text());
  return schema.parse(await response.json());
}
