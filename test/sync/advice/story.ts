// An issue of a real run against the simulator, and what its advice tells an admin to do.
import { unlinkAccounts, deleteAccount } from "../../../src/accounts/store.ts";
import type { ExportedAccount } from "../../../src/accounts/list/export-all.ts";
import type { Settings, Workspace } from "../../harness/workspace.ts";

export const BY = { kind: "api" } as const;

/** A state of the source and the store in which runs find an issue. */
export type Story = {
  readonly space: Workspace;
  readonly settings: Settings;
  /** The record that has the issue; none if the issue concerns all. */
  readonly record?: string;
  /** Another record that conflicts with it. */
  readonly other?: string;
};

export type Mode = "sync" | "changes" | "retry";

export type Remedy = {
  /** Words of the advice; absent if it goes without saying. */
  readonly advice?: string;
  /** What is done, where the words do not tell enough. */
  readonly how?: string;
  /** @returns the settings that an admin changed, if any */
  readonly act: (story: Story) => void | Settings | Promise<void | Settings>;
  /** The account of the record afterwards; null if it has none. */
  readonly account: Partial<ExportedAccount> | null;
  /** Runs after which the issue is gone; by default any. */
  readonly modes?: readonly Mode[];
  /** The runs read a view, which `leaveView` leaves. */
  readonly inView?: true;
};

export type Advice = {
  /** @param base settings that all runs of the story have in common */
  readonly arrange: (space: Workspace, base: Settings) => Promise<Story>;
  readonly remedies: readonly Remedy[];
};

export const INACTIVE = { statecode: 1, statuscode: 2 };

/** Changes the record of the issue at the source. */
export function update(values: Readonly<Record<string, string | null>>): Remedy["act"] {
  return ({ space, record }) => space.org.updateAccount(record!, values);
}

export async function deleteHere(space: Workspace, name: string, exclude = false): Promise<void> {
  await deleteAccount(space.database, await space.numberOf(name), { exclude }, BY, space.clock.now());
}

/** Unlinks the account of a record. */
export async function unlinkHere({ database, clock }: Workspace, record: string): Promise<void> {
  const { rows } = await database.pool.query<{ id: number }>(
    "select account_id as id from account_links where record_id = $1",
    [record],
  );
  await unlinkAccounts(database, { accountId: rows[0]!.id }, BY, clock.now());
}

export const text = (column: string, field: string) => ({ column, field, type: "text" as const });

/** Settings that map these fields, and no description. */
export function mapping(...fields: NonNullable<Settings["mapping"]>["fields"][number][]): Settings {
  return { mapping: { name: "name", domains: ["websiteurl"], fields } };
}

/** Settings for a view of the active accounts that are in it. */
export function inView({ org }: Workspace): Settings {
  const view = org.addView({
    kind: "system",
    name: "Without fax",
    fetchxml: `<fetch><entity name="account"><attribute name="name"/><filter>
      <condition attribute="statecode" operator="eq" value="0"/>
      <condition attribute="fax" operator="null"/></filter></entity></fetch>`,
  });
  return { selection: { kind: "view", view } };
}

export const leaveView = { fax: "1" };
export const returnToView = { fax: null };
