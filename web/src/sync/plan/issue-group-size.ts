// Formats how many accounts an issue group affects, or how many fields, if it stops whole fields.
import type { IssueGroup } from "../../../../src/api/contract/runs.ts";
import { formatCount } from "../../format/numbers.ts";

export function formatGroupSize({ accounts, count: issues, effect }: IssueGroup): string {
  return effect === "stops-field" ? formatCount(issues, "field") : formatCount(accounts, "account");
}
