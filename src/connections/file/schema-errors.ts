// Schema errors of a connection file as sentences. They name the path and what is expected, never
// the value found, because it may be a secret.
import type { z } from "zod";

const expectedNames: Readonly<Record<string, string>> = {
  object: "a group of settings",
  record: "a group of settings",
  array: "a list",
  string: "text",
  boolean: "true or false",
  number: "a number",
};

/** One sentence for each fault, with its path: `mapping.domains[1]: …`. */
export function faultsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const path = pathText(issue.path);
    return `${path === "" ? "" : `${path}: `}${describeIssue(issue)}.`;
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return `${issue.keys.map(displayKey).join(" and ")} cannot be set here; check the spelling or remove it`;
    case "invalid_type":
      return `${expectedNames[issue.expected] ?? issue.expected} belongs here`;
    case "too_small":
      return "it must not be empty";
    case "invalid_value":
      return `write ${issue.values.map(String).join(" or ")}`;
    case "invalid_format":
      return issue.format === "email" ? "write an e-mail address" : issue.message;
    case "invalid_union":
      return issue.discriminator === "kind"
        ? "kind must be client-credentials or refresh-token"
        : issue.message;
    case "invalid_key":
      return "a custom field needs a name";
    case "custom":
    case "invalid_element":
    case "not_multiple_of":
    case "too_big":
      break;
  }
  return issue.message;
}

/** Repeats only what looks like a setting's name, because a key can be a secret, too. */
function displayKey(key: string): string {
  return /^[A-Za-z]{1,30}$/.test(key) ? key : "one of the names";
}
