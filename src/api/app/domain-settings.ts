// Routes of the domain settings: the company's own domains, and corrections of the common ones.
import {
  addCommonDomain,
  loadDomainSettings,
  saveDomainSettings,
  type DomainSettings,
} from "../../accounts/domains/settings.ts";
import type { Database } from "../../db/pool.ts";
import { accountRoutes as routes } from "../contract/accounts.ts";
import { implement, type Implementation } from "../implement.ts";

export function domainSettingRoutes({ database }: { readonly database: Database }): Implementation[] {
  return [
    implement(routes.getDomainSettings, async () => settingsView(await loadDomainSettings(database.kysely))),
    implement(routes.saveDomainSettings, async ({ body }) =>
      settingsView(await saveDomainSettings(database.kysely, body)),
    ),
    implement(routes.addCommonDomain, async ({ body }) =>
      settingsView(await addCommonDomain(database.kysely, body.domain)),
    ),
  ];
}

function settingsView({ own, commonAdded, commonRemoved }: DomainSettings) {
  return { own: [...own], commonAdded: [...commonAdded], commonRemoved: [...commonRemoved] };
}
