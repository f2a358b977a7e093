// Generates an account from a seed and an index alone, so that any single row can be generated
// again in any order: large sets need not be kept in memory to be served.
import { email, companyIdentity, retypedName, website, type CompanyIdentity } from "./company-names.ts";
import { Random } from "./random.ts";
import type { Value } from "../fetchxml/query-store.ts";
import type { Owner } from "./people.ts";

export type AccountRow = Record<string, Value>;

export interface GeneratorSettings {
  readonly seed: string;
  /** Every owner has the same probability. */
  readonly owners: readonly Owner[];
}

const CITIES: readonly (readonly [city: string, state: string | null, country: string, postcode: string])[] =
  [
    ["London", null, "United Kingdom", "EC1A"],
    ["Manchester", null, "United Kingdom", "M1"],
    ["New York", "NY", "United States", "100"],
    ["Austin", "TX", "United States", "787"],
    ["Chicago", "IL", "United States", "606"],
    ["Toronto", "Ontario", "Canada", "M5V"],
    ["Montréal", "Québec", "Canada", "H2Y"],
    ["München", "Bayern", "Germany", "803"],
    ["Köln", "Nordrhein-Westfalen", "Germany", "506"],
    ["Paris", "Île-de-France", "France", "750"],
    ["Lyon", null, "France", "690"],
    ["Amsterdam", null, "Netherlands", "1012"],
    ["Göteborg", null, "Sweden", "411"],
    ["Łódź", null, "Poland", "90-0"],
    ["São Paulo", "SP", "Brazil", "010"],
    ["Sydney", "NSW", "Australia", "20"],
    ["東京", null, "Japan", "100-"],
    ["Αθήνα", null, "Greece", "105"],
  ];

// Imports write thousands of rows within a second or two, so 40 rows share each second.
const ROWS_IN_ONE_SECOND = 40;
const SECONDS_BETWEEN = 3600;
const FIRST_CREATED = Date.UTC(2016, 0, 4, 8, 0, 0);

let lastTimestamp = { second: -1, text: "" };

/** Returns `createdon` of the row at an index: ascending, with many rows in one second. */
export function createdOn(index: number): string {
  const second = Math.floor(index / ROWS_IN_ONE_SECOND);
  if (second !== lastTimestamp.second) {
    const moment = new Date(FIRST_CREATED + second * SECONDS_BETWEEN * 1000).toISOString();
    lastTimestamp = { second, text: `${moment.slice(0, 19)}Z` };
  }
  return lastTimestamp.text;
}

/** Returns the id of the account at an index. */
export function accountId(seed: string, index: number): string {
  return new Random(`${seed} account id`, index).guid();
}

function identityAt(seed: string, index: number): CompanyIdentity {
  return companyIdentity(new Random(`${seed} identity`, index));
}

/**
 * Returns the account at an index as the organisation stores it, with what depends on owner,
 * revenue and address.
 */
export function accountAt(settings: GeneratorSettings, index: number): AccountRow {
  const random = new Random(`${settings.seed} account`, index);
  const own = identityAt(settings.seed, index);
  // One in 25 has the domain of another account, three in 100 have the name of another.
  const other = index > 0 ? random.below(index) : 0;
  const { domain } = random.chance(4) ? identityAt(settings.seed, other) : own;
  const name = random.chance(3) ? retypedName(random, identityAt(settings.seed, other).name) : own.name;
  const [city, state, country, postcodePrefix] = random.pick(CITIES);
  const postcode = `${postcodePrefix}${10 + random.below(90)}`;
  const revenue = random.chance(65) ? (1 + random.below(500_000_000)) / 100 : null;
  const owner = random.pick(settings.owners);
  const isUser = owner.table === "systemuser";
  const inactive = random.chance(3);
  const created = createdOn(index);
  // One literal with all keys in one order lets V8 share one hidden class: 1,200 bytes a row instead
  // of 2,600.
  return {
    accountid: accountId(settings.seed, index),
    name,
    accountnumber: `ACC-${String(index + 1).padStart(7, "0")}`,
    websiteurl: website(random, domain),
    emailaddress1: email(random, domain),
    telephone1: random.chance(70) ? telephone(random) : null,
    address1_city: city,
    address1_stateorprovince: state,
    address1_country: country,
    address1_postalcode: postcode,
    address1_composite: [[city, [state, postcode].filter(Boolean).join(" ")].join(", "), country].join(
      "\r\n",
    ),
    industrycode: random.chance(80) ? 1 + random.below(33) : null,
    customertypecode: random.chance(60) ? 1 + random.below(12) : null,
    ownershipcode: random.chance(40) ? 1 + random.below(4) : null,
    numberofemployees: random.chance(75) ? 1 + random.below(10) ** random.below(6) : null,
    revenue,
    revenue_base: revenue,
    creditonhold: random.chance(5),
    donotemail: random.chance(10),
    description: random.chance(15) ? `Met at a fair in ${city}.\r\nWants a call back about ${domain}.` : null,
    lastonholdtime: random.chance(10) ? created : null,
    ownerid: owner.id,
    "ownerid.table": owner.table,
    owninguser: isUser ? owner.id : null,
    "owninguser.table": isUser ? "systemuser" : null,
    owningteam: isUser ? null : owner.id,
    "owningteam.table": isUser ? null : "team",
    statecode: inactive ? 1 : 0,
    statuscode: inactive ? 2 : 1,
    createdon: created,
    modifiedon: created,
    versionnumber: 0,
  };
}

function telephone(random: Random): string {
  return `+${1 + random.below(98)} ${100 + random.below(900)} ${100000 + random.below(900000)}`;
}
