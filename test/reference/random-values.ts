// Random names, domains and values of records. The names and domains are so few that everything
// collides with everything.
import * as fc from "fast-check";
import { OWN_DOMAIN, type RecordValues } from "./organisation.ts";
import type { NewRecord } from "./steps.ts";

/** Number of records that a story can have; all their ids are known beforehand. */
export const RECORDS = 60;

export function recordId(record: number): string {
  // The order of SQL Server, which compares the last digits first, the order as text, and the order
  // of creation all differ.
  const first = ((record * 83 + 60) % 256).toString(16).padStart(2, "0");
  return `${first}000000-0000-4000-8000-0000000000${String(90 - record)}`;
}

export const names = [
  "Acme",
  "ACME",
  " acme ",
  "Caf\u00e9",
  "Cafe\u0301",
  "Globex",
  "Globex  Inc",
  "Initech",
] as const;
/** Names for conflicts that need one which nobody has. */
export const spareNames = [
  "Hooli",
  "Hooli & Sons",
  "Stark",
  "Stark Ltd.",
  "Umbrella",
  "Vandelay",
  "Wayne",
  "\u0141\u00f3d\u017a",
] as const;
export const domains = [
  "acme.com",
  "globex.com",
  "initech.co.uk",
  "hooli.github.io",
  "xn--bcher-kva.de",
  "acme.eu",
  "umbrella.org",
  "stark.io",
] as const;

const domain = fc.constantFrom(...domains);
const name = fc.oneof(
  { weight: 25, arbitrary: fc.constantFrom(...names) },
  { weight: 1, arbitrary: fc.constantFrom("  ", null) },
);
export const accountName = fc.constantFrom(...names);
export const domainList = fc.uniqueArray(domain, { maxLength: 3 });

/** Writes a domain as people do. */
function formatDomain(bare: string, style: number): string {
  const readable = bare === "xn--bcher-kva.de" && style % 2 === 0 ? "B\u00fccher.de" : bare;
  return [readable, readable.toUpperCase(), `www.${readable}`, `info@${readable}`][style % 4] ?? readable;
}

const separator = fc.constantFrom("; ", " / ", "|", " or ");
const website = fc
  .record({
    domains: fc.uniqueArray(domain, { maxLength: 2, size: "small" }),
    style: fc.nat(7),
    between: separator,
  })
  .map(({ domains: some, style, between }) => {
    if (some.length === 0) return null;
    const text = some.map((one) => formatDomain(one, style)).join(between);
    return style > 5 ? `https://${formatDomain(some[0] ?? "", 0)}/about us` : text;
  });

const invalidDomain = fc.constantFrom(
  "10.0.0.1",
  "gmail.com",
  OWN_DOMAIN,
  "n/a",
  "no page yet",
  "someone@example.com",
  "https://de.linkedin.com/company/acme",
);
const email = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.tuple(domain, fc.nat(7)).map(([one, style]) => formatDomain(one, style)) },
  { weight: 1, arbitrary: invalidDomain },
  { weight: 1, arbitrary: fc.tuple(domain, invalidDomain).map(([one, wrong]) => `${one}, ${wrong}`) },
);

/** A double cannot hold all of them. */
const exactNumbers = [
  "12345678901.0123456789",
  "12345678901.0123456788",
  "-12345678901.0000000001",
  "5000000.0000000000",
  "1500000000000.00",
  "-0.0000000000",
  "0.10",
] as const;
const measures = ["1e21", "2.50E-7", "-0e5", "1e400", "1e-400", "0.30000000000000004", "47.64432"] as const;

const instants = [
  "2024-02-29T00:00:00Z",
  "2014-12-31T23:00:00Z",
  "1999-12-31T23:59:59Z",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "never",
] as const;

const otherValues = {
  description: fc.constantFrom(null, "Makes things", "Zwei\nZeilen"),
  industrycode: fc.constantFrom(null, "Accounting" as const, "Consulting" as const),
  numberofemployees: fc.constantFrom(null, 0, 7, 120_000),
  revenue: fc.constantFrom(null, 0, 1234.5, 99_999_999_999_999),
  new_exact: fc.constantFrom(null, ...exactNumbers),
  new_measure: fc.constantFrom(null, ...measures),
  donotemail: fc.boolean(),
  lastusedincampaign: fc.constantFrom(null, ...instants),
  lastonholdtime: fc.constantFrom(null, ...instants),
  new_renewal: fc.constantFrom(null, "2015-01-01", "2024-02-29", "0001-01-01", "9999-12-31"),
  new_golive: fc.constantFrom(null, ...instants),
  new_founded: fc.constantFrom(null, ...instants),
  owner: fc.constantFrom("ann", "bob", "eve", "sales"),
};

const values: fc.Arbitrary<RecordValues> = fc.record({
  name,
  websiteurl: website,
  emailaddress1: email,
  ...otherValues,
});
export const valuesChange: fc.Arbitrary<Partial<RecordValues>> = fc.oneof(
  fc.record({ name }),
  fc.record({ websiteurl: website }),
  fc.record({ emailaddress1: email }),
  fc.record({ name, websiteurl: website }),
  fc.record(otherValues),
  fc.record({ owner: otherValues.owner }),
);

export const newRecord: fc.Arbitrary<NewRecord> = fc.record({
  createdon: fc.nat(2),
  inView: fc.constantFrom(true, true, false),
  values,
});
