// Labels of an account's origin, and the field that names its owner.
import type { AccountDetails, CustomFieldView } from "../../../src/api/contract/accounts.ts";

/** The owner of an account is its first field of the type teammate. */
export function ownerField(fields: readonly CustomFieldView[]): CustomFieldView | undefined {
  return fields.find(({ type }) => type === "teammate");
}

export const ORIGIN_LABELS: Record<AccountDetails["origin"], string> = {
  dynamics: "Dynamics 365",
  api: "the API",
  csv: "a CSV file",
  manual: "a teammate",
};
