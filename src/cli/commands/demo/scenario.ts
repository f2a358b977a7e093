// The data of the demo: its connection, the accounts that exist before, and the changes at the
// source.
import type { RunningSimulator } from "../../../../simulator/main.ts";
import type { NewAccount } from "../../../accounts/store.ts";
import type { ConnectionSettings } from "../../../connections/file/connection-file.ts";
import { DEFAULT_BRAKE_LIMITS } from "../../../settings/brake.ts";
import { DEFAULT_SCHEDULE } from "../../../settings/schedule.ts";
import { connectionRoutes } from "../../../api/contract/connection.ts";
import { APP_PREFIX } from "../../../api/contract/route.ts";
import { sessionRoutes } from "../../../api/contract/session.ts";

/**
 * Accounts that exist before the first sync: one matches by domain, one by name, one not at all.
 */
export const existingAccounts: readonly NewAccount[] = [
  { name: "Stripe, Inc.", domains: ["stripe.com"], origin: "manual" },
  { name: "hotjar", origin: "manual" },
  { name: "Woodgrove Bank", domains: ["woodgrovebank.com"], origin: "manual" },
];

/** Redirect URIs of the simulated Entra ID; loopback addresses match with any port. */
export const demoRedirectUris = [connectionRoutes.completeSignIn, sessionRoutes.completeMicrosoftSignIn].map(
  ({ path }) => `http://127.0.0.1${APP_PREFIX}${path}`,
);

export function demoConnection(simulator: RunningSimulator): ConnectionSettings {
  const { origin, clientId, clientSecret } = simulator;
  return {
    address: origin,
    signIn: { kind: "client-credentials", tenant: undefined, clientId, clientSecret: () => clientSecret },
    selection: { kind: "all" },
    mapping: {
      name: "name",
      domains: ["websiteurl", "emailaddress1"],
      fields: [
        { column: "ownerid", field: "Owner", type: "teammate" },
        { column: "new_tier", field: "Support tier", type: "text" },
        { column: "new_industry", field: "Web industry", type: "text" },
        { column: "new_parentcompany", field: "Parent company", type: "text" },
        { column: "numberofemployees", field: "Employees", type: "number" },
        { column: "revenue", field: "Revenue", type: "number" },
        { column: "creditonhold", field: "Credit hold", type: "boolean" },
        { column: "createdon", field: "Customer since", type: "datetime" },
      ],
    },
    options: { allowDuplicateNames: false, onDomainTaken: "skip" },
    schedule: DEFAULT_SCHEDULE,
    brake: DEFAULT_BRAKE_LIMITS,
    ownDomains: ["contoso.com"],
    commonDomains: { add: [], remove: [] },
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

/**
 * Changes the source as people do in a day.
 * @returns one line for each change
 */
export function changeSource({ org }: RunningSimulator): string[] {
  const active = new Map(
    [...org.accounts.rows()]
      .filter((row) => row["statecode"] === 0)
      .map((row) => [String(row["name"]), String(row["accountid"])]),
  );
  const done: string[] = [];
  const withAccount = (name: string, work: (id: string) => void, sentence: string) => {
    const id = active.get(name);
    if (id === undefined) return;
    work(id);
    done.push(sentence);
  };
  withAccount(
    "Stripe",
    (id) => org.updateAccount(id, { new_tier: 3 }),
    "Stripe gets the support tier Premium.",
  );
  withAccount(
    "Vimeo",
    (id) => org.updateAccount(id, { name: "Vimeo Holdings" }),
    "Vimeo is renamed Vimeo Holdings.",
  );
  withAccount(
    "Mixpanel",
    (id) => org.updateAccount(id, { websiteurl: "https://www.mixpanel.co.uk/" }),
    "Mixpanel moves its website to mixpanel.co.uk.",
  );
  withAccount(
    "Segment",
    (id) => org.updateAccount(id, { statecode: 1, statuscode: 2 }),
    "Segment is deactivated.",
  );
  withAccount("Alexa", (id) => org.deleteAccount(id), "Alexa is deleted.");
  org.createAccount({ name: "Tailspin Toys", websiteurl: "tailspintoys.com", numberofemployees: 42 });
  return [...done, "Tailspin Toys becomes a customer."];
}
