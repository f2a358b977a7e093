// How much a kind of problem concerns: accounts, or, where a whole field stops, fields.
import type { IssueGroup } from "../../../../src/api/contract/runs.ts";
import { formatCount } from "../../format/numbers.ts";

export function formatGroupSize({ accounts, count: issues, effect }: IssueGroup): string {
  return effect === "stops-field" ? formatCount(issues, "field") : formatCount(accounts, "account");
}
