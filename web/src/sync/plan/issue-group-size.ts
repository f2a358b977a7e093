// How much a kind of problem concerns: accounts, or, where a whole field stops, fields.
import type { IssueGroup } from "../../../../src/api/contract/runs.ts";
import { count } from "../../format/numbers.ts";

export function sizeOf({ accounts, count: issues, effect }: IssueGroup): string {
  return effect === "stops-field" ? count(issues, "field") : count(accounts, "account");
}
