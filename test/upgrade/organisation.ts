// The simulated organisation that the fixture of version 0.1.0 was synced from. The fixture holds
// ids, values and fingerprints of its records, so nothing here may change.
import { addPeople } from "../../simulator/load/people.ts";
import { guidFrom } from "../../simulator/org/guids.ts";
import { Org } from "../../simulator/org/org.ts";

const SEED = "version 0.1.0";

/** Each has a domain of its own and no issue. */
const WITHOUT_ISSUES = [
  "Amber Works",
  "Birch Mill",
  "Cedar Press",
  "Dover Tools",
  "Ember Glass",
  "Fennel Foods",
  "Garnet Paper",
  "Hazel Boats",
  "Indigo Print",
  "Juniper Labs",
  "Kestrel Air",
  "Linden Homes",
  "Maple Rail",
  "Nutmeg Cafe",
  "Orchard Soft",
  "Poplar Bank",
  "Quartz Stone",
  "Rowan Textiles",
  "Sorrel Farms",
  "Tamarind Tea",
] as const;

type SourceAccount = {
  readonly name: string | null;
  /** The id is made from it; default: from the name. */
  readonly key?: string;
  readonly websiteurl?: string;
  readonly new_potential?: number;
};

/** Each has an issue, matches an account made by hand, or leaves the selection later. */
const WITH_ISSUES: readonly SourceAccount[] = [
  { name: "Harbour Mill", websiteurl: "harbour-mill.com" },
  { name: "Old Quay" },
  { name: "Twin One", websiteurl: "twin.com" },
  { name: "Twin Two", websiteurl: "twin.com" },
  { name: "Same Name", websiteurl: "same-name-a.com" },
  { name: "Same Name", key: "same-name-b.com", websiteurl: "same-name-b.com" },
  { name: null, key: "nameless.com", websiteurl: "nameless.com" },
  { name: "Late Name", websiteurl: "late" },
  { name: "Common Shop", websiteurl: "gmail.com" },
  { name: "Own Shop", websiteurl: "ourcompany.com" },
  { name: "Known To The API", websiteurl: "known-to-the-api.com" },
  { name: "Kept Out", websiteurl: "kept-out.com" },
  { name: "Gone Deleted", websiteurl: "gone-deleted.com" },
  { name: "Gone Inactive", websiteurl: "gone-inactive.com" },
  { name: "Gone Elsewhere", websiteurl: "gone-elsewhere.com" },
  { name: "Gone Asleep", websiteurl: "gone-asleep.com" },
  { name: "Great Number", new_potential: 12_345_678_901_234.5 },
];

const VIEW = guidFrom(SEED, "view");

/** The record's id, by its first name. */
function idOf(name: string): string {
  return guidFrom(SEED, "account", name);
}

function fetchXml(types: readonly number[]): string {
  const values = types.map((type) => `<value>${type}</value>`).join("");
  return `<fetch><entity name="account"><attribute name="name"/><filter><condition attribute="statecode" operator="eq" value="0"/><condition attribute="customertypecode" operator="in">${values}</condition></filter></entity></fetch>`;
}

const websiteOf = (name: string) => `${name.toLowerCase().replaceAll(" ", "-")}.com`;

/** The state in which it was connected. */
function newOrganisation(now: () => Date): Org {
  const org = new Org({ seed: SEED, now });
  const users = addPeople(org);
  org.addColumn({
    schemaName: "new_Renewal",
    type: "DateTime",
    label: "Renewal",
    format: "DateOnly",
    dateBehavior: "DateOnly",
  });
  org.addColumn({
    schemaName: "new_Potential",
    type: "Decimal",
    label: "Potential",
    precision: 4,
    min: 0,
    max: 1e14,
  });
  org.addColumn({
    schemaName: "new_Region",
    type: "String",
    label: "Region",
    maxLength: 100,
    formatName: "Text",
  });
  org.addView({ id: VIEW, kind: "personal", name: "Customers", fetchxml: fetchXml([1, 2]) });
  const owners = ["maya.lindqvist@contoso.example", "former.seller@contoso.example"].map((email) =>
    users.get(email),
  );
  const withoutIssues = WITHOUT_ISSUES.map((name): SourceAccount => ({ name, websiteurl: websiteOf(name) }));
  [...withoutIssues, ...WITH_ISSUES].forEach(({ key, ...values }, nth) => {
    org.createAccount({
      accountid: idOf(key ?? values.name ?? ""),
      createdon: new Date(Date.UTC(2020, 0, 1, 0, nth)).toISOString().replace(".000", ""),
      customertypecode: 1 + (nth % 2),
      description: nth % 3 === 0 ? `Customer ${nth}` : null,
      industrycode: 1 + (nth % 5),
      numberofemployees: nth % 4 === 0 ? null : nth * 10,
      donotemail: nth % 2 === 0,
      new_renewal: nth % 2 === 0 ? `2026-0${1 + (nth % 9)}-15` : null,
      new_region: nth % 2 === 0 ? `Region ${nth % 3}` : null,
      ownerid: owners[nth % 8 === 7 ? 1 : 0] ?? null,
      ...values,
    });
  });
  return org;
}

function applyFirstChanges(org: Org): void {
  org.deleteAccount(idOf("Gone Deleted"));
  org.updateAccount(idOf("Gone Inactive"), { statecode: 1 });
  org.updateAccount(idOf("Gone Elsewhere"), { customertypecode: 9 });
  org.updateAccount(idOf("Late Name"), { websiteurl: "late-name.com" });
  org.updateAccount(idOf("Cedar Press"), { websiteurl: "birch-mill.com" });
  org.updateAccount(idOf("Dover Tools"), { numberofemployees: 4_000 });
}

function applySecondChanges(org: Org): void {
  org.updateAccount(idOf("Amber Works"), { numberofemployees: 6 });
  org.updateAccount(idOf("Birch Mill"), { numberofemployees: 5 });
}

function deleteRegion(org: Org): void {
  org.deleteColumn("new_region");
}

/** The state that every database of the fixture had synced. */
export function syncedOrganisation(now: () => Date): Org {
  const org = newOrganisation(now);
  applyFirstChanges(org);
  applySecondChanges(org);
  deleteRegion(org);
  return org;
}

/** Changes of every kind, and more of them than the fixture's limits allow without approval. */
export function applyDayOfChanges(org: Org): void {
  for (const name of WITHOUT_ISSUES.slice(4, 15))
    org.updateAccount(idOf(name), { name: `${name} Group`, numberofemployees: 77 });
  org.updateAccount(idOf("Quartz Stone"), { websiteurl: websiteOf("Rowan Textiles") });
  org.updateAccount(idOf("Rowan Textiles"), { websiteurl: websiteOf("Quartz Stone") });
  org.updateAccount(idOf("Gone Inactive"), { statecode: 0 });
  org.updateAccount(idOf("Gone Asleep"), { statecode: 1 });
  org.updateAccount(idOf("Sorrel Farms"), { customertypecode: 9 });
  org.updateAccount(idOf("nameless.com"), { name: "Named At Last" });
  org.updateAccount(idOf("Tamarind Tea"), { websiteurl: "no domain at all" });
  org.deleteAccount(idOf("Maple Rail"));
  ["Umber Ink", "Vetch Seeds", "Willow Yard", "Quiet Corner"].forEach((name, nth) => {
    org.createAccount({
      accountid: idOf(name),
      createdon: `2026-03-0${1 + nth}T00:00:00Z`,
      customertypecode: 1,
      websiteurl: name === "Quiet Corner" ? null : websiteOf(name),
      donotemail: false,
      ownerid: org.adminId,
      name,
    });
  });
}

/** Leaves a few accounts in the view. */
export function shrinkView(org: Org): void {
  for (const name of WITHOUT_ISSUES)
    if (name !== "Maple Rail") org.updateAccount(idOf(name), { customertypecode: 9 });
}

/** Leaves no account in the view. */
export function emptyView(org: Org): void {
  org.updateView(VIEW, { fetchxml: fetchXml([7]) });
}
