// A store for tests of lists: a field of each type, two teammates, no account yet.
import { ensureCustomFields } from "../../src/accounts/custom-fields.ts";
import { accountPage, type ListedAccount, type PageRequest } from "../../src/accounts/list/list.ts";
import { createAccount, type NewAccount } from "../../src/accounts/store.ts";
import { saveTeammate } from "../../src/teammates/teammates.ts";
import { testDatabase } from "../harness/database.ts";

export const NOW = new Date("2026-03-02T09:00:00Z");
export const EDITOR = { kind: "api" } as const;
/** No filter, and no connected organisation. */
export const NO_FILTERS = { filters: [], organizationId: null, timeZone: "Europe/Berlin" };

export async function accountListStore() {
  const database = await testDatabase();
  const { kysely } = database;
  const fields = await ensureCustomFields(kysely, [
    { name: "City", type: "text" },
    { name: "Size", type: "number" },
    { name: "Hold", type: "boolean" },
    { name: "Since", type: "datetime" },
    { name: "Owner", type: "teammate" },
  ]);
  const idOf = (name: string) => String(fields.get(name)!.id);
  return {
    database,
    kysely,
    city: idOf("City"),
    size: idOf("Size"),
    hold: idOf("Hold"),
    since: idOf("Since"),
    owner: idOf("Owner"),
    zoe: await saveTeammate(kysely, { email: "zoe@ourcompany.example", name: "Zoe" }),
    /** She has no name. */
    anna: await saveTeammate(kysely, { email: "anna@ourcompany.example" }),
    create: (account: Partial<NewAccount> & { name: string }, now = NOW) =>
      createAccount(database, { origin: "manual", ...account }, EDITOR, now),
    /** Reads all pages. */
    all: async (request: Partial<PageRequest>): Promise<ListedAccount[]> => {
      const accounts: ListedAccount[] = [];
      let after: string | undefined;
      do {
        const page = await accountPage(kysely, { sort: "name", limit: 3, ...NO_FILTERS, ...request, after });
        accounts.push(...page.accounts);
        after = page.next ?? undefined;
      } while (after !== undefined);
      return accounts;
    },
  };
}
