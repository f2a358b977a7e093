// Routes of the setup: views and columns to choose from, a sample of the selected accounts, and the
// check of a mapping. Each opens the stored connection.
import { customFields } from "../../accounts/custom-fields.ts";
import { loadConnection, saveViewNames } from "../../connections/connection.ts";
import { workspaceTimeZone } from "../../connections/schedule/time-zone.ts";
import { offeredColumns } from "../../connections/setup/columns.ts";
import { columnLanguages, offeredLanguages } from "../../connections/setup/label-language.ts";
import { sampleTable } from "../../connections/setup/sample.ts";
import { validateMapping } from "../../connections/setup/validate-mapping.ts";
import { offeredViews } from "../../connections/setup/views.ts";
import type { OpenConnection } from "../../connections/sign-in/open-client.ts";
import {
  openStoredConnection,
  type ConnectionDeps,
} from "../../connections/sign-in/open-stored-connection.ts";
import { connectionRoutes as contract } from "../contract/connection.ts";
import { implement, type Implementation } from "../implement.ts";
import { withDynamicsTimeout } from "./dynamics-timeout.ts";

export function setupRoutes(connections: ConnectionDeps): Implementation[] {
  const db = connections.database.kysely;
  const withClient = <T>(work: (client: OpenConnection["client"]) => Promise<T>): Promise<T> =>
    withDynamicsTimeout(async (signal) => {
      const open = await openStoredConnection(connections, { signal });
      try {
        return await work(open.client);
      } finally {
        await open.close();
      }
    });
  return [
    implement(contract.listViews, () =>
      withClient(async (client) => {
        const views = await offeredViews(client);
        await saveViewNames(db, views);
        return { views };
      }),
    ),
    implement(contract.sampleRows, ({ body }) => withClient((client) => sampleTable(client, body.selection))),
    implement(contract.listColumns, ({ body }) =>
      withClient(async (client) => {
        const languages = await columnLanguages(db, client, await loadConnection(db), body.labelLanguage);
        const fields = await customFields(db);
        const timeZone = await workspaceTimeZone(db);
        return { columns: await offeredColumns(client, body.selection, { languages, fields, timeZone }) };
      }),
    ),
    implement(contract.listLanguages, () => withClient(offeredLanguages)),
    implement(contract.checkMapping, ({ body }) =>
      withClient(async (client) =>
        validateMapping(body.mapping, await client.accountColumns(), await customFields(db)),
      ),
    ),
  ];
}
