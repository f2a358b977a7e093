// Routes of connecting Dynamics 365: checking an address, logging in to it, connecting as an
// application, and disconnecting.
import { disconnect } from "../../connections/connection.ts";
import { connectApp } from "../../connections/sign-in/connect-app.ts";
import { finishLogIn, assertNotFromFile, startLogIn } from "../../connections/sign-in/log-in.ts";
import { deleteNotice, saveNotice } from "../../connections/sign-in/notices.ts";
import { resolveAddress } from "../../connections/sign-in/resolve-address.ts";
import { connectionRoutes as contract } from "../contract/connection.ts";
import { toHttpError } from "../errors.ts";
import { implement, requireTeammate, type Caller, type Implementation } from "../implement.ts";
import { connectionView, signInRedirectUri, type ConnectionViewDeps } from "./connection-view.ts";
import { withDynamicsTimeout } from "./dynamics-timeout.ts";

export function signInRoutes(deps: ConnectionViewDeps): Implementation[] {
  const { connections } = deps;
  const { database, clock } = connections;
  const db = database.kysely;
  const noticeOtherOrganisation = async (caller: Caller, formerLinks: number): Promise<void> => {
    const { id } = requireTeammate(caller);
    if (formerLinks === 0) await deleteNotice(db, id);
    else await saveNotice(db, id, otherOrganisationNotice(formerLinks), clock.now());
  };

  return [
    implement(contract.checkAddress, ({ body }) =>
      withDynamicsTimeout((signal) => resolveAddress(connections, body.address, signal)),
    ),
    implement(contract.startSignIn, ({ body: { address } }, caller) =>
      withDynamicsTimeout(async (signal) => {
        const request = {
          address,
          teammateId: requireTeammate(caller).id,
          redirectUri: signInRedirectUri(deps.publicUrl),
        };
        return { url: await startLogIn(connections, request, signal) };
      }),
    ),
    implement(contract.completeSignIn, async ({ query }, caller, { reply }) => {
      const teammate = requireTeammate(caller);
      try {
        const formerLinks = await withDynamicsTimeout((signal) =>
          finishLogIn(connections, teammate, query, signal),
        );
        await noticeOtherOrganisation(caller, formerLinks);
        // A notice about another organisation is shown before the next step.
        await reply.redirect(
          formerLinks === 0 ? modalUrl("accounts") : modalUrl("connect", "other-organisation"),
        );
      } catch (error) {
        const { status, error: httpError } = toHttpError(error);
        if (status === 500) throw error;
        const { code, sentence } = httpError;
        connections.log.info("A log-in to Dynamics 365 failed.", { code });
        await saveNotice(db, teammate.id, { code, sentence }, clock.now());
        await reply.redirect(modalUrl("connect", code));
      }
      return undefined;
    }),
    implement(contract.connectAppOnly, async ({ body }, caller) => {
      const { secretExpiresAt: expires, ...input } = body;
      const signIn = { ...input, secretExpiresAt: expires === undefined ? undefined : new Date(expires) };
      const { email } = requireTeammate(caller);
      await noticeOtherOrganisation(
        caller,
        await withDynamicsTimeout((signal) => connectApp(connections, email, signIn, signal)),
      );
      return connectionView(deps, caller);
    }),
    implement(contract.disconnect, async () => {
      assertNotFromFile(connections);
      await disconnect(db);
      return undefined;
    }),
  ];
}

/** Returns the address of a step of the sync modal. */
function modalUrl(step: "accounts" | "connect", problem?: string): string {
  const query = new URLSearchParams({ import: "dynamics", step, ...(problem !== undefined && { problem }) });
  return `/contacts/accounts?${query.toString()}`;
}

/** Rule 1: accounts of another organisation are left unchanged, and the admin is told so. */
function otherOrganisationNotice(formerLinks: number): { code: string; sentence: string } {
  const [accounts, they, are] = formerLinks === 1 ? ["account", "it", "is"] : ["accounts", "they", "are"];
  return {
    code: "other-organisation",
    sentence:
      `This is another Dynamics 365 organisation than before. ${formerLinks.toLocaleString("en")} ${accounts} linked to the former one ` +
      `${formerLinks === 1 ? "stays as it is" : "stay as they are"} and ${are} not synced any more; an account of the new organisation that ` +
      `matches ${formerLinks === 1 ? "it" : "one of them"} is skipped and reported. If the former organisation is connected again, ${they} ` +
      `${are} synced again.`,
  };
}
