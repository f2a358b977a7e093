// Changes a share of an organisation's accounts, chosen by a seed.
import type { Org } from "../org/org.ts";
import { Random } from "./random.ts";

/**
 * Changes about `percent` of 100 accounts: employees and telephone of each, the name of one in
 * ten.
 * @returns ids of the accounts that changed
 */
export function changeAccounts(org: Org, options: { percent: number; seed: string }): string[] {
  const chosen = org.accounts
    .rows()
    .filter((_, at) => new Random(`${options.seed} change`, at).chance(options.percent))
    .map((row) => String(row["accountid"]));
  chosen.forEach((id, at) => {
    const random = new Random(`${options.seed} new values`, at);
    const name = String(org.accounts.get(id)?.["name"] ?? "");
    org.updateAccount(id, {
      numberofemployees: 1 + random.below(100_000),
      telephone1: `+1 ${100 + random.below(900)} ${100_000 + random.below(900_000)}`,
      ...(at % 10 === 0 ? { name: `${name} Group` } : {}),
    });
  });
  return chosen;
}
