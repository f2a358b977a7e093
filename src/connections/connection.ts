// The connection of an installation to Dynamics 365: the environment, the signed-in user and the
// settings that an admin chose. Only open-stored-connection.ts reads the sealed secrets, so nothing
// here can reveal one.
import type { Kysely, Transaction } from "kysely";
import type { Environment } from "../dataverse/auth/environment-address.ts";
import type { SignInAuthority } from "../dataverse/auth/discovery.ts";
import type { Tables } from "../db/tables.ts";
import { parseStored } from "../lib/stored-json.ts";
import { isResolvedBySignIn, isResolvedBy, type CompletedRun } from "./status/attention.ts";
import { brakeLimits, DEFAULT_BRAKE_LIMITS, type BrakeLimits } from "../settings/brake.ts";
import type { Schedule } from "../settings/schedule.ts";
import { chosenSettings, type ChosenSettings } from "../settings/sync-settings.ts";
import type { Attention } from "./tables.ts";

export type ConnectedEnvironment = {
  readonly origin: string;
  /** The host name, such as contoso.crm4.dynamics.com. */
  readonly host: string;
  readonly region: string;
  readonly appId: string | null;
  /** Null only for a connection file whose organisation has not answered yet. */
  readonly organizationId: string | null;
  readonly signInBy: "delegated" | "app-only";
  readonly signedInAs: string;
  readonly connectedBy: string | null;
  readonly connectedAt: Date;
  /**
   * True if the connection comes from a connection file: the app shows it, and only the file can
   * change it.
   */
  readonly fromFile: boolean;
  readonly secretExpiresAt: Date | null;
};

export type Connection = {
  /** Null when not connected. */
  readonly environment: ConnectedEnvironment | null;
  /** Null until chosen. */
  readonly settings: ChosenSettings | null;
  readonly selectionName: string | null;
  readonly paused: boolean;
  readonly attention: Attention | null;
  readonly schedule: Schedule;
  readonly brake: BrakeLimits;
};

type Db = Kysely<Tables>;

const STORED_SETTINGS = {
  what: "The sync settings in connection.settings",
  fix: "Set that column to null in the database, then choose accounts and fields again.",
};
const STORED_LIMITS = {
  what: "The limits in connection.brake",
  fix: "Set that column to null in the database, which brings the defaults back.",
};

/** @throws StoredJsonError if the stored settings or limits cannot be parsed */
export async function loadConnection(db: Db): Promise<Connection> {
  const row = await db.selectFrom("connection").selectAll().executeTakeFirstOrThrow();
  const { paused, attention } = row;
  const settings = row.settings === null ? null : parseStored(chosenSettings, row.settings, STORED_SETTINGS);
  const chosenView = settings?.selection.kind === "view" ? settings.selection.view : undefined;
  return {
    environment:
      row.sign_in === null || row.origin === null || row.connected_at === null
        ? null
        : {
            origin: row.origin,
            host: new URL(row.origin).host,
            region: row.region ?? "",
            appId: row.app_id,
            organizationId: row.organization_id,
            signInBy: row.sign_in,
            signedInAs: row.signed_in_as ?? "",
            connectedBy: row.connected_by,
            connectedAt: row.connected_at,
            fromFile: row.from_file,
            secretExpiresAt: row.secret_expires_at,
          },
    settings,
    // The name from the last list of views wins, because views can be renamed in Dynamics 365.
    selectionName: (chosenView && row.view_names[chosenView]) ?? row.selection_name,
    paused,
    attention,
    schedule: {
      fullEveryMinutes: row.full_every_minutes,
      changesEveryMinutes: row.changes_every_minutes,
      fullAt: row.full_at,
      timeZone: row.time_zone,
    },
    brake: row.brake === null ? DEFAULT_BRAKE_LIMITS : parseStored(brakeLimits, row.brake, STORED_LIMITS),
  };
}

/** Saves the settings of an applied plan, and the name that the view had when it was listed. */
export async function saveSettings(db: Db, settings: ChosenSettings): Promise<void> {
  const { view_names: names } = await db
    .selectFrom("connection")
    .select("view_names")
    .executeTakeFirstOrThrow();
  const { selection } = settings;
  const name = selection.kind === "all" ? "All active accounts" : (names[selection.view] ?? selection.view);
  await db
    .updateTable("connection")
    .set({ settings: JSON.stringify(settings), selection_name: name })
    .execute();
}

export async function saveViewNames(
  db: Db,
  views: readonly { readonly id: string; readonly name: string }[],
): Promise<void> {
  const names = Object.fromEntries(views.map(({ id, name }) => [id, name]));
  await db
    .updateTable("connection")
    .set({ view_names: JSON.stringify(names) })
    .execute();
}

export async function setPaused(db: Db, paused: boolean): Promise<void> {
  await db.updateTable("connection").set({ paused }).execute();
}

/** Null clears it: nothing needs an admin any more. */
export async function setAttention(db: Db, attention: Attention | null): Promise<void> {
  await db
    .updateTable("connection")
    .set({ attention: attention && JSON.stringify(attention) })
    .execute();
}

/**
 * Clears the attention that a completed run proves resolved. Call it in the run's last transaction.
 */
export async function resolveAttention(trx: Db, run: CompletedRun): Promise<void> {
  const selectAttention = trx.selectFrom("connection").select("attention");
  const isResolved = async (query: typeof selectAttention) => {
    const { attention } = await query.executeTakeFirstOrThrow();
    return attention !== null && isResolvedBy(attention, run);
  };
  // Most runs find no attention, so the row is locked only if there is one: other writers do not
  // wait.
  if ((await isResolved(selectAttention)) && (await isResolved(selectAttention.forUpdate())))
    await setAttention(trx, null);
}

/**
 * Deletes the sign-in. Accounts, links, history and settings stay, so that connecting again
 * continues the sync.
 */
export async function disconnect(db: Db): Promise<void> {
  await db
    .updateTable("connection")
    .set(({ eb }) => ({
      generation: eb("generation", "+", 1),
      sign_in: null,
      signed_in_as: null,
      connected_by: null,
      connected_at: null,
      client_id: null,
      sealed_client_secret: null,
      sealed_refresh_token: null,
      secret_expires_at: null,
      from_file: false,
      attention: null,
    }))
    .execute();
}

export type NewSignIn = {
  readonly environment: Environment;
  /** Null for a connection file, which discovers it at every start. */
  readonly authority: SignInAuthority | null;
  readonly organizationId: string | null;
  readonly signInBy: "delegated" | "app-only";
  readonly signedInAs: string;
  readonly clientId: string;
  readonly sealedClientSecret?: string | undefined;
  readonly secretExpiresAt?: Date | undefined;
  readonly sealedRefreshToken?: string | undefined;
  readonly connectedBy: string | null;
  readonly connectedAt: Date;
  readonly fromFile?: boolean;
};

/**
 * Replaces the sign-in of the connection. The settings stay if the organisation is the same; they
 * are cleared for another one, because its views and columns differ.
 * @returns how many accounts stay linked to the organisation that was connected before
 */
export async function saveSignIn(trx: Transaction<Tables>, signIn: NewSignIn): Promise<number> {
  const { environment, authority, organizationId } = signIn;
  const before = await trx.selectFrom("connection").selectAll().forUpdate().executeTakeFirstOrThrow();
  const isOtherOrganisation =
    before.organization_id !== null && organizationId !== null && before.organization_id !== organizationId;
  // Every process reads the file at every start. That resolves nothing, so `connectedAt` stays, and
  // with it a sync that failed since.
  const isSameFileConnection =
    signIn.fromFile === true &&
    before.from_file &&
    !isOtherOrganisation &&
    before.origin === environment.origin &&
    before.client_id === signIn.clientId;
  const keptAttention =
    !isOtherOrganisation && before.attention !== null && !isResolvedBySignIn(before.attention)
      ? before.attention
      : null;
  await trx
    .updateTable("connection")
    .set({
      generation: before.generation + 1,
      origin: environment.origin,
      region: environment.region,
      app_id: environment.appId ?? null,
      organization_id: organizationId ?? before.organization_id,
      authority: authority?.origin ?? null,
      tenant: authority?.tenant ?? null,
      sign_in: signIn.signInBy,
      from_file: signIn.fromFile ?? false,
      signed_in_as: signIn.signedInAs,
      connected_by: signIn.connectedBy,
      connected_at: (isSameFileConnection ? before.connected_at : null) ?? signIn.connectedAt,
      client_id: signIn.clientId,
      sealed_client_secret: signIn.sealedClientSecret ?? null,
      secret_expires_at: signIn.secretExpiresAt ?? null,
      sealed_refresh_token: signIn.sealedRefreshToken ?? null,
      attention: keptAttention && JSON.stringify(keptAttention),
      ...(isOtherOrganisation && { settings: null, selection_name: null, view_names: "{}", paused: false }),
    })
    .execute();
  if (!isOtherOrganisation) return 0;
  const { count } = await trx
    .selectFrom("account_links")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("organization_id", "=", before.organization_id)
    .executeTakeFirstOrThrow();
  return count;
}
