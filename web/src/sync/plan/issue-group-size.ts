// Formats what an issue group concerns: accounts, people with their accounts, or whole fields.
import type { IssueGroup } from "../../../../src/api/contract/runs.ts";
import { formatCount } from "../../format/numbers.ts";

export function formatGroupSize(group: IssueGroup): string {
  const { accounts, people, count: issues } = group;
  if (accounts === 0) return formatCount(issues, affectedThings(group).slice(0, -1));
  const affected = formatCount(accounts, "account");
  return people === null ? affected : `${formatCount(people.count, "person", "people")}, ${affected}`;
}

/** What the issues are about, as a plural. */
export function affectedThings({ accounts, effect }: IssueGroup): string {
  if (accounts > 0) return "accounts";
  return effect === "stops-field" ? "fields" : "notes";
}
