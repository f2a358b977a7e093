// Words about an account's fields and where it comes from.
import type { AccountDetails, CustomFieldView } from "../../../src/api/contract/accounts.ts";

/** The field that names who looks after an account: the first of a teammate. */
export function ownerField(fields: readonly CustomFieldView[]): CustomFieldView | undefined {
  return fields.find(({ type }) => type === "teammate");
}

export const ORIGIN_LABELS: Record<AccountDetails["origin"], string> = {
  dynamics: "Dynamics 365",
  api: "the API",
  csv: "a CSV file",
  manual: "a teammate, by hand",
};
