// Fills the account store as a year of syncs would. PostgreSQL makes the rows itself, because no
// run is measured here.
import type { Pool } from "pg";

const NAMES =
  "Contoso,Fabrikam,Adventure,Woodgrove,Northwind,Tailspin,Litware,Proseware,Wingtip,Coho,Lucerne,Margie,Alpine,Graphic";
const CITIES = "Berlin,London,Paris,Munich,Leeds,Lyon,Oslo,Rome,Wien,Bern";
export const ORGANIZATION = "00000000-0000-4000-8000-000000000001";

/** Ids of the custom fields, by name. */
export type Fields = Readonly<Record<string, number>>;

export async function fillAccounts(pool: Pool, accounts: number): Promise<Fields> {
  await pool.query(`
    insert into custom_fields (name, type)
    values
      ('Industry', 'text'), ('City', 'text'), ('Tier', 'text'), ('Street', 'text'), ('Phone', 'text'),
      ('Employees', 'number'), ('Revenue', 'number'),
      ('Owner', 'teammate'), ('Since', 'datetime'), ('Hold', 'boolean')`);
  const { rows } = await pool.query<{ id: number; name: string }>("select id, name from custom_fields");
  const fields = Object.fromEntries(rows.map(({ id, name }) => [name, id]));
  const key = (name: string) => `'${fields[name]}'`;
  await pool.query("select setseed(0.5)");
  await pool.query(
    `insert into accounts (
       name, name_key, description, external_id, external_origin, origin, fields,
       created_at, updated_at
     )
     select
       name, lower(name),
       case when i % 3 = 0 then 'A customer in ' || city || ' with contract ' || i end,
       gen_random_uuid()::text, 'dynamics', 'dynamics',
       jsonb_build_object(
         ${key("Industry")}, 'Industry ' || i % 30,
         ${key("City")}, city,
         ${key("Tier")}, 'Tier ' || i % 3,
         ${key("Street")}, i % 300 || ' Main Street',
         ${key("Phone")}, '+49 ' || i * 7919,
         ${key("Employees")}, i * 31 % 10007,
         ${key("Revenue")}, i * 7 % 999983,
         ${key("Owner")}, 1 + i % 20,
         ${key("Hold")}, i % 5 = 0,
         ${key("Since")},
         to_char(timestamp '2020-01-01' + i * interval '5 minutes', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
       ),
       timestamptz '2026-01-01' + i * interval '1 second',
       timestamptz '2026-02-01' + i * 7919 % $1 * interval '1 second'
     from (
       select
         i,
         (string_to_array($2, ','))[1 + i % 14] || ' ' || substr(md5(i::text), 1, 6) || ' GmbH' as name,
         (string_to_array($3, ','))[1 + i % 10] as city
       from generate_series(1, $1::bigint) i
     ) generated`,
    [accounts, NAMES, CITIES],
  );
  await pool.query(`
    insert into account_domains
    select 'a' || substr(md5(id::text), 1, 6) || id || '.com', id
    from accounts
    union all
    select 'b' || substr(md5(id::text), 1, 6) || id || '.de', id
    from accounts
    where id % 3 = 0`);
  await pool.query(
    `insert into account_links (
       organization_id, record_id, account_id, matched_by, stop_reason, record_version, fingerprint
     )
     select
       $1, external_id::uuid, id, 'create', case when id % 97 = 0 then 'deleted' end, 1, 1
     from accounts
     where id % 10 <> 0`,
    [ORGANIZATION],
  );
  await pool.query("vacuum analyze");
  return fields;
}
