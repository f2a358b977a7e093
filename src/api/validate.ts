// Validates a request by its route's schemas. An error is a sentence that names the field, unless
// the schema has a message of its own ("Write an e-mail address, …").
import type { z } from "zod";
import type { Route, RouteInput } from "./contract/route.ts";
import { ApiError } from "./implement.ts";

type Part = "params" | "query" | "body";

/** @throws ApiError 400 that names the field */
export function validateInput(route: Route, received: Record<Part, unknown>): RouteInput<Route> {
  const read = (part: Part): unknown => {
    const schema = route[part];
    if (schema === undefined) return undefined;
    const result = schema.safeParse(received[part] ?? (part === "body" ? undefined : {}), {
      error: describeIssue,
    });
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const field = issue ? fieldOf(issue) : "";
    throw new ApiError(400, "invalid", issue?.message ?? "The request is not right.", field || part);
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the route's own schemas
  return { params: read("params"), query: read("query"), body: read("body") } as RouteInput<Route>;
}

function fieldOf(issue: { readonly path?: readonly PropertyKey[] | undefined }): string {
  return (issue.path ?? []).map(String).join(".");
}

function describeIssue(issue: z.core.$ZodRawIssue): string {
  const field = fieldOf(issue);
  const name = field === "" ? "What was sent" : `"${field}"`;
  if (issue.input === undefined && issue.code !== "unrecognized_keys") return `${name} is missing.`;
  return `${name} ${problemOf(issue)}`;
}

function problemOf(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "too_big") {
    const { maximum, origin } = issue;
    return isNumber(origin) ? `must be at most ${maximum}.` : `is longer than ${maximum}. Shorten it.`;
  }
  if (issue.code === "too_small") {
    const { minimum, origin } = issue;
    return isNumber(origin) ? `must be at least ${minimum}.` : `is shorter than ${minimum}. Write more.`;
  }
  if (issue.code === "invalid_value")
    return `must be one of ${issue.values.map((value) => `"${String(value)}"`).join(", ")}.`;
  if (issue.code === "invalid_type") return `must be ${withArticle(issue.expected)}.`;
  if (issue.code === "invalid_format") return `is not ${withArticle(FORMATS[issue.format] ?? issue.format)}.`;
  return "is not right. /api/docs tells what it may be.";
}

function isNumber(origin: string): boolean {
  return origin === "number" || origin === "int" || origin === "bigint";
}

const FORMATS: Readonly<Record<string, string>> = {
  datetime: "moment such as 2026-03-02T09:00:00Z",
  email: "e-mail address",
  uuid: "id such as 00000000-0000-0000-0000-000000000000",
};

function withArticle(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}
