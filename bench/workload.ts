// Defines what is synced: twelve mapped columns of kinds that organisations usually map.
import type { ConnectionSettings } from "../src/connections/file/connection-file.ts";
import { DEFAULT_BRAKE_LIMITS } from "../src/settings/brake.ts";
import { DEFAULT_SCHEDULE } from "../src/settings/schedule.ts";
import type { Mapping } from "../src/settings/sync-settings.ts";

/** The simulated organisation that a measuring process reads. */
export interface Source {
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const mapping: Mapping = {
  name: "name",
  description: "description",
  domains: ["websiteurl"],
  fields: [
    { column: "industrycode", field: "Industry", type: "text" },
    { column: "numberofemployees", field: "Employees", type: "number" },
    { column: "revenue", field: "Revenue", type: "number" },
    { column: "telephone1", field: "Phone", type: "text" },
    { column: "address1_city", field: "City", type: "text" },
    { column: "address1_country", field: "Country", type: "text" },
    { column: "emailaddress1", field: "E-mail", type: "text" },
    { column: "accountnumber", field: "Number", type: "text" },
    { column: "ownerid", field: "Owner", type: "teammate" },
  ],
};

/** Logical names, in no particular order. */
export const mappedColumns: readonly string[] = [
  mapping.name,
  "description",
  ...mapping.domains,
  ...mapping.fields.map(({ column }) => column),
];

export function connectionTo({ origin, clientId, clientSecret }: Source): ConnectionSettings {
  return {
    address: origin,
    signIn: { kind: "client-credentials", tenant: undefined, clientId, clientSecret: () => clientSecret },
    selection: { kind: "all" },
    mapping,
    options: { allowDuplicateNames: false, onDomainTaken: "skip" },
    schedule: DEFAULT_SCHEDULE,
    brake: DEFAULT_BRAKE_LIMITS,
    ownDomains: ["ourcompany.com"],
    commonDomains: { add: [], remove: [] },
    // All users of the simulated organisation who can sign in. Disabled users, robots and teams are no
    // teammates.
    teammates: [
      { email: "maya.lindqvist@contoso.example", name: "Maya Lindqvist" },
      { email: "tom.okafor@contoso.example", name: "Tom Okafor" },
      { email: "aiko.tanaka@contoso.example", name: "Aiko Tanaka" },
      { email: "jose.ramirez@contoso.example", name: "José Ramírez" },
      { email: "priya.nair@contoso.example", name: "Priya Nair" },
      { email: "lukasz.wojcik@contoso.example", name: "Łukasz Wójcik" },
      { email: "hannah.stein@contoso.example", name: "Hannah Stein" },
      { email: "sam.oneill@contoso.example", name: "Sam O'Neill" },
    ],
  };
}
