// Makes the connection file that Sluice was started with the connection. Its settings are stored
// like those chosen in the app; its secrets stay in the file.
import type { ConnectionSettings } from "./connection-file.ts";
import { saveSettings, saveSignIn, setAttention } from "../connection.ts";
import { attentionOf } from "../status/attention.ts";
import { saveBrake, saveSchedule } from "../schedule/settings.ts";
import { environmentAt, openFileConnection } from "../sign-in/open-client.ts";
import type { ConnectionDeps } from "../sign-in/open-stored-connection.ts";
import type { Database } from "../../db/pool.ts";

/**
 * Saves the file as the connection. If the organisation does not answer, its id is saved at a later
 * start, and what an admin has to do is saved as attention.
 * @throws AddressError if the file's address is invalid, or the signal's reason
 */
export async function useConnectionFile(
  deps: Omit<ConnectionDeps, "file">,
  file: ConnectionSettings,
  stop?: AbortSignal,
): Promise<void> {
  const { kysely } = deps.database;
  const environment = environmentAt(deps, file.address);
  const identity = await identifyOrganisation(deps, file, stop);
  await kysely.transaction().execute((trx) =>
    saveSignIn(trx, {
      environment,
      authority: null,
      organizationId: identity.organizationId,
      signInBy: file.signIn.kind === "client-credentials" ? "app-only" : "delegated",
      signedInAs: identity.name,
      clientId: file.signIn.clientId,
      connectedBy: null,
      connectedAt: deps.clock.now(),
      fromFile: true,
    }),
  );
  const { selection, mapping, options, labelLanguage, schedule, brake } = file;
  await saveSettings(kysely, { selection, mapping, options, labelLanguage });
  await saveSchedule(kysely, schedule);
  await saveBrake(kysely, brake);
  // An organisation that does not answer does not resolve the attention from before.
  const attention = attentionOf(identity.error);
  if (attention !== undefined) await setAttention(kysely, attention);
}

type OrganisationIdentity = {
  readonly organizationId: string | null;
  readonly name: string;
  readonly error?: unknown;
};

async function identifyOrganisation(
  deps: Omit<ConnectionDeps, "file">,
  file: ConnectionSettings,
  stop: AbortSignal | undefined,
): Promise<OrganisationIdentity> {
  const timeout = AbortSignal.timeout(30_000);
  const signal = stop === undefined ? timeout : AbortSignal.any([timeout, stop]);
  try {
    const open = await openFileConnection(deps, file, { signal });
    try {
      const { organizationId } = await open.client.whoAmI();
      return { organizationId, name: (await open.client.connectedUser()).fullName };
    } finally {
      await open.close();
    }
  } catch (error) {
    stop?.throwIfAborted();
    deps.log.warn("The organisation of the connection file does not answer.", { err: error });
    return { organizationId: null, name: "", error };
  }
}

/**
 * Removes the connection of an earlier file when Sluice is started without one; its settings stay.
 */
export async function removeFileConnection({ kysely }: Database): Promise<void> {
  await kysely
    .updateTable("connection")
    .set({ sign_in: null, from_file: false, attention: null })
    .where("from_file", "=", true)
    .execute();
}
