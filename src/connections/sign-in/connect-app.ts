// Connects with an application's client secret. An application sees only the personal views that
// are shared with it, so this is the second choice. Its privileges are checked before anything is
// stored.
import { describeGaps } from "../../dataverse/metadata/privileges.ts";
import { clientCredentialTokens } from "../../dataverse/auth/tokens.ts";
import { ConnectionError } from "../connection-error.ts";
import { saveSignIn } from "../connection.ts";
import { assertNotFromFile } from "./log-in.ts";
import { environmentAt, openClient } from "./open-client.ts";
import type { ConnectionDeps } from "./open-stored-connection.ts";
import { CLIENT_SECRET } from "./secrets.ts";

export type AppSignIn = {
  readonly address: string;
  /** Directory (tenant) id or domain; discovered from the environment if absent. */
  readonly tenant?: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  /** When the secret expires, so that the connection check can warn before. */
  readonly secretExpiresAt?: Date | undefined;
};

/**
 * @returns how many accounts stay linked to another organisation
 * @throws UserError, and stores nothing then
 */
export async function connectApp(
  deps: ConnectionDeps,
  connectedBy: string,
  signIn: AppSignIn,
  signal?: AbortSignal,
): Promise<number> {
  assertNotFromFile(deps);
  const tenant = validTenant(signIn.tenant);
  const environment = environmentAt(deps, signIn.address);
  const { clientId, clientSecret } = signIn;
  const open = await openClient(
    deps,
    { environment, tenant },
    (context) => clientCredentialTokens(context, { clientId, clientSecret }),
    { signal },
  );
  try {
    const { organizationId } = await open.client.whoAmI();
    const lacks = describeGaps(await open.client.privilegeGaps());
    if (lacks.length > 0) throw missingPrivileges(lacks);
    const { fullName } = await open.client.connectedUser();
    return await deps.database.kysely.transaction().execute((trx) =>
      saveSignIn(trx, {
        environment,
        authority: open.authority,
        organizationId,
        signInBy: "app-only",
        signedInAs: fullName,
        clientId,
        sealedClientSecret: deps.sealer.seal(CLIENT_SECRET, clientSecret),
        secretExpiresAt: signIn.secretExpiresAt,
        connectedBy,
        connectedAt: deps.clock.now(),
      }),
    );
  } finally {
    await open.close();
  }
}

function missingPrivileges(lacks: readonly string[]): ConnectionError {
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

/** Accepts only an id or a domain, because the tenant becomes part of a URL at Microsoft. */
function validTenant(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^[a-z0-9][a-z0-9.-]*$/i.test(text)) return text;
  throw new ConnectionError("tenant", "This is not a tenant.", {
    fix: "Write the Directory (tenant) ID that the Microsoft Entra admin center shows, or leave it out.",
    field: "tenant",
  });
}
