// Search parameters of the accounts page. The chosen columns are not among them, since they are the
// user's own.
import { z } from "zod";
import { accountFilter, syncState } from "../../../src/api/contract/accounts.ts";

/** Filters are JSON in the URL. What cannot be parsed is dropped. */
const filters = z.preprocess(
  (value) => (typeof value === "string" ? parseJson(value) : value),
  z.array(accountFilter).optional().catch(undefined),
);

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export const accountsSearch = z.object({
  q: z.string().max(200).optional().catch(undefined),
  sync: syncState.optional().catch(undefined),
  filters,
  sort: z.string().max(24).optional().catch(undefined),
});
export type AccountsSearch = z.infer<typeof accountsSearch>;
