// Adds the columns of the Sales and Customer Service apps to account and contact. Environments of
// companies that sell with Dynamics nearly always have them.
import type { Column } from "./columns.ts";
import type { Org } from "./org.ts";
import { defineColumns } from "./table-definition.ts";

function sharedColumns(): Column[] {
  return defineColumns({
    lookups: {
      OriginatingLeadId: "lead",
      DefaultPriceLevelId: "pricelevel",
      PreferredEquipmentId: "equipment",
      PreferredServiceId: "service",
    },
  });
}

function accountColumns(): Column[] {
  const columns = defineColumns({
    integers: "OpenDeals OpenDeals_State OpenRevenue_State",
    dateTimes: "OpenDeals_Date OpenRevenue_Date",
    money: "OpenRevenue",
    lookups: { TerritoryId: "territory" },
  });
  // Account has a currency already.
  return columns.filter(({ logicalName }) => !/^(transactioncurrency|exchangerate)/.test(logicalName));
}

export function installApps(org: Org): void {
  for (const one of [...sharedColumns(), ...accountColumns()]) org.accounts.setColumn(one);
  for (const one of sharedColumns()) org.requireTable("contact").setColumn(one);
  org.metadataVersion += 1;
}
