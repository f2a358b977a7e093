// Connecting with an application's own secret. It sees no personal views but those shared with it, so it is the second
// way; what it may read is checked privilege by privilege before anything is stored.
import { clientCredentialTokens } from "../../dataverse/auth/tokens.ts";
import { ConnectionError } from "../connection-error.ts";
import { saveSignIn } from "../connection.ts";
import { setUpInFile } from "./log-in.ts";
import { environmentAt, openClient } from "./open-client.ts";
import type { ConnectionParts } from "./open-stored-connection.ts";
import { CLIENT_SECRET } from "./secrets.ts";

export type AppSignIn = {
  readonly address: string;
  /** Directory id or domain; found by asking the environment if absent. */
  readonly tenant?: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  /** When the secret ends, so that somebody is told before. */
  readonly secretExpiresAt?: Date | undefined;
};

/** @returns how many accounts stay linked to another organisation. @throws with a sentence; nothing is stored then */
export async function connectApp(
  parts: ConnectionParts,
  by: string,
  asked: AppSignIn,
  signal?: AbortSignal,
): Promise<number> {
  if (parts.file !== undefined) throw setUpInFile();
  const tenant = tenantOf(asked.tenant);
  const environment = environmentAt(parts, asked.address);
  const { clientId, clientSecret } = asked;
  const open = await openClient(
    parts,
    { environment, tenant },
    (context) => clientCredentialTokens(context, { clientId, clientSecret }),
    { signal },
  );
  try {
    const { organizationId } = await open.client.whoAmI();
    const { missing, narrow } = await open.client.privilegeGaps();
    if (missing.length > 0 || narrow.length > 0) throw missingPrivileges(missing, narrow);
    const { fullName } = await open.client.connectedUser();
    return await parts.database.kysely.transaction().execute((trx) =>
      saveSignIn(trx, {
        environment,
        place: open.place,
        organizationId,
        signInBy: "app-only",
        signedInAs: fullName,
        clientId,
        sealedClientSecret: parts.sealer.seal(CLIENT_SECRET, clientSecret),
        secretExpiresAt: asked.secretExpiresAt,
        connectedBy: by,
        connectedAt: parts.clock.now(),
      }),
    );
  } finally {
    await open.close();
  }
}

function missingPrivileges(missing: readonly string[], narrow: readonly string[]): ConnectionError {
  const lacks = [...missing, ...narrow.map((name) => `${name} for the whole organisation`)];
  return new ConnectionError(
    "missing-privileges",
    `The application lacks in Dynamics 365: ${lacks.join(", ")}.`,
    {
      fix:
        'In the Power Platform admin center, under the environment\'s "Application users", give it a security role ' +
        "that contains them. Nothing was stored.",
    },
  );
}

/** It becomes part of an address at Microsoft, so nothing but an id or a domain may stand there. */
function tenantOf(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^[a-z0-9][a-z0-9.-]*$/i.test(text)) return text;
  throw new ConnectionError("tenant", "This is not a tenant.", {
    fix: "Write the Directory (tenant) ID that the Microsoft Entra admin center shows, or leave it out.",
    field: "tenant",
  });
}
