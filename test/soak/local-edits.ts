// Edits that people make in Sluice: each is made through the code that the API uses, and in the
// reference model.
import { customFields } from "../../src/accounts/custom-fields.ts";
import { saveDomainSettings } from "../../src/accounts/domains/settings.ts";
import { includeRecord } from "../../src/accounts/excluded.ts";
import { createAccount, deleteAccount, editAccount } from "../../src/accounts/store.ts";
import { removeTeammate, saveTeammate } from "../../src/teammates/teammates.ts";
import type { WebWorkspace } from "../harness/web.ts";
import type { ExpectedState } from "./expected-state.ts";
import type { Account } from "../reference/model-store.ts";

const BY = { kind: "api" } as const;

export class LocalEdits {
  private readonly web: WebWorkspace;
  private readonly expected: ExpectedState;

  constructor(web: WebWorkspace, expected: ExpectedState) {
    this.web = web;
    this.expected = expected;
  }

  private async idOf(account: Account): Promise<number> {
    const rank = this.expected.accounts().indexOf(account);
    const ids = this.web.database.kysely.selectFrom("accounts").select("id").orderBy("id");
    return (await ids.offset(rank).limit(1).executeTakeFirstOrThrow()).id;
  }

  async addTeammate(email: string): Promise<void> {
    await saveTeammate(this.web.database.kysely, { email });
    this.expected.store.teammates.add(email.toLowerCase());
  }

  async removeTeammate(email: string): Promise<void> {
    await removeTeammate(this.web.database.kysely, email);
    this.expected.removeTeammate(email);
  }

  /** Edits values that the sync writes; the next run restores them. */
  async edit(account: Account, employees: number, keepsDomains: boolean): Promise<void> {
    const { database, clock } = this.web;
    const { store } = this.expected;
    const field = (await customFields(database.kysely)).find(({ name }) => name === "Employees");
    const patch = {
      fields: { [String(field!.id)]: employees },
      description: "edited here",
      ...(keepsDomains ? {} : { domains: [] }),
    };
    await editAccount(database, await this.idOf(account), patch, BY, clock.now());
    account.fields["Employees"] = employees;
    account.description = "edited here";
    if (!keepsDomains) for (const domain of account.domains) store.releaseDomain(account, domain);
    this.expected.markEdited(account);
  }

  async make(name: string, domains: readonly string[], externalId: string | null): Promise<void> {
    const { database, clock } = this.web;
    const { store } = this.expected;
    const free = domains.filter((domain) => store.holder(domain) === undefined);
    const made = { name, domains: free, externalId, origin: "api" } as const;
    await createAccount(database, made, BY, clock.now());
    store.add({ ...made, externalOrigin: externalId === null ? null : "api" });
  }

  async remove(account: Account, exclude: boolean): Promise<void> {
    const { database, clock } = this.web;
    const { store } = this.expected;
    await deleteAccount(database, await this.idOf(account), { exclude }, BY, clock.now());
    const link = store.linkOfAccount(account);
    if (exclude && link) store.excluded.add(link.recordId);
    store.remove(account);
  }

  async includeRecord(record: string): Promise<void> {
    await includeRecord(this.web.database, record);
    this.expected.store.excluded.delete(record);
  }

  async setOwnDomains(own: readonly string[]): Promise<void> {
    await saveDomainSettings(this.web.database.kysely, { own, commonAdded: [], commonRemoved: [] });
    this.expected.ownDomains = own;
  }
}
