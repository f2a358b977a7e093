// Adds about two thousand real organisations: those of the npm package third-party-web (MIT), with
// its names, home pages and categories unchanged, including several products of one company. Owners
// and numbers come from the seed. The package is CommonJS: Node sees only its default export.
import thirdPartyWeb from "third-party-web";
import type { Org } from "../org/org.ts";
import { accountId, createdOn } from "./account-row.ts";
import { ownersOf } from "./people.ts";
import { Random } from "./random.ts";

const { entities } = thirdPartyWeb;

const FIRST_INDUSTRY = 808_620_000;
const TIERS = ["Basic", "Standard", "Premium"];

/** Adds the organisations after the existing accounts. @returns their ids in order of createdon */
export function generateDemo(org: Org): string[] {
  const industries = [...new Set(entities.map((entity) => entity.category))];
  addColumns(org, industries);
  const owners = ownersOf(org);
  const from = org.accounts.size;
  return entities.map((entity, at) => {
    const index = from + at;
    const random = new Random(`${org.seed} demo`, index);
    const owner = random.pick(owners);
    const [domain] = entity.domains;
    const isActive = !random.chance(2);
    return org.createAccount({
      accountid: accountId(`${org.seed} demo`, index),
      name: entity.name,
      websiteurl: entity.homepage ?? null,
      emailaddress1: entity.homepage === undefined && domain ? `info@${domain.replace(/^\*\./, "")}` : null,
      new_industry: FIRST_INDUSTRY + industries.indexOf(entity.category),
      new_tier: random.chance(70) ? 1 + random.below(TIERS.length) : null,
      new_parentcompany: entity.company ?? null,
      new_domains: entity.domains.join(", "),
      numberofemployees: random.chance(80) ? 2 + random.below(12) ** random.below(5) : null,
      revenue: random.chance(60) ? 1000 * random.below(900_000) : null,
      customertypecode: random.chance(80) ? 1 + random.below(12) : null,
      telephone1: random.chance(50) ? `+1 555 ${String(random.below(10_000)).padStart(4, "0")}` : null,
      creditonhold: random.chance(4),
      createdon: createdOn(index),
      ownerid: owner.id,
      "ownerid.table": owner.table,
      statecode: isActive ? 0 : 1,
      statuscode: isActive ? 1 : 2,
    });
  });
}

function addColumns(org: Org, industries: readonly string[]): void {
  const industry = industries.map((name, at) => ({ value: FIRST_INDUSTRY + at, label: name }));
  const tier = TIERS.map((name, at) => ({ value: 1 + at, label: name }));
  org.addColumn({ schemaName: "new_Industry", type: "Picklist", label: "Web industry", choices: industry });
  org.addColumn({ schemaName: "new_Tier", type: "Picklist", label: "Support tier", choices: tier });
  const plain = { type: "String", format: "Text", formatName: "Text" } as const;
  org.addColumn({ ...plain, schemaName: "new_ParentCompany", label: "Parent company", maxLength: 200 });
  org.addColumn({ schemaName: "new_Domains", type: "Memo", label: "All domains", maxLength: 100_000 });
}
