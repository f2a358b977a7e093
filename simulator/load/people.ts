// Adds the users and teams that own accounts in a simulated organisation: enabled, disabled,
// without a mailbox, a robot.
import type { Org } from "../org/org.ts";

export interface Owner {
  readonly id: string;
  readonly table: "systemuser" | "team";
}

interface Person {
  readonly fullname: string;
  readonly email: string | null;
  /** The sign-in name. Default: the e-mail address. */
  readonly domainname?: string;
  readonly disabled?: boolean;
}

const PEOPLE: readonly Person[] = [
  { fullname: "Maya Lindqvist", email: "maya.lindqvist@contoso.example" },
  { fullname: "Tom Okafor", email: "Tom.Okafor@Contoso.example" },
  { fullname: "Aiko Tanaka", email: "aiko.tanaka@contoso.example" },
  { fullname: "José Ramírez", email: "jose.ramirez@contoso.example" },
  {
    fullname: "Priya Nair",
    email: "priya.nair@contoso.example",
    // A guest, as Microsoft Entra ID names them.
    domainname: "priya.nair_partner.example#EXT#@contoso.onmicrosoft.com",
  },
  { fullname: "Łukasz Wójcik", email: "lukasz.wojcik@contoso.example" },
  { fullname: "Hannah Stein", email: "hannah.stein@contoso.example" },
  { fullname: "Sam O'Neill", email: "sam.oneill@contoso.example", domainname: "soneill@contoso.example" },
  { fullname: "Former Seller", email: "former.seller@contoso.example", disabled: true },
  { fullname: "Old Import", email: null, disabled: true },
  { fullname: "# Integration Robot", email: null },
];
const TEAMS: readonly string[] = ["Key Accounts EMEA", "Inside Sales"];

/** Adds the users and teams. @returns user ids by e-mail address */
export function addPeople(org: Org): Map<string, string> {
  const byEmail = new Map<string, string>();
  const basic = org.roles.get("Basic User");
  const ids = PEOPLE.map((person) => {
    const id = org.addUser({ ...person, ...(basic === undefined ? {} : { roles: [basic] }) });
    if (person.email !== null) byEmail.set(person.email, id);
    return id;
  });
  TEAMS.forEach((name, index) => org.addTeam({ name, members: ids.slice(index * 3, index * 3 + 3) }));
  return byEmail;
}

/**
 * Returns all possible owners of an account, without application users, in the order they were
 * added.
 */
export function ownersOf(org: Org): Owner[] {
  const inCreationOrder = (table: "systemuser" | "team"): Owner[] =>
    [...org.requireTable(table).rows()]
      .filter((row) => row["applicationid"] == null && row["isdefault"] !== true)
      .toSorted((a, b) => Number(a["versionnumber"]) - Number(b["versionnumber"]))
      .map((row) => ({ id: String(row[`${table}id`]), table }));
  return [...inCreationOrder("systemuser"), ...inCreationOrder("team")];
}
