// Measures a simple implementation for comparison: dynamics-web-api reads everything into an array,
// then each account is upserted by its own statement. It keeps no plan, matches nothing, and checks
// neither duplicate names nor common mail domains.
import { DynamicsWebApi } from "dynamics-web-api";
import { Client } from "pg";
import { measureWork, type Measurement } from "./measurement.ts";
import { openSourcePages } from "./source-pages.ts";
import type { Source } from "./workload.ts";

const COLUMNS = [
  "accountid",
  "name",
  "websiteurl",
  "description",
  "industrycode",
  "numberofemployees",
  "revenue",
  "telephone1",
  "address1_city",
  "address1_country",
  "emailaddress1",
  "accountnumber",
  "_ownerid_value",
] as const;

type Row = Record<(typeof COLUMNS)[number], string | number | null>;

const TABLES = `
  create table peer_accounts (
    accountid uuid primary key,
    name text,
    websiteurl text,
    description text,
    industrycode integer,
    numberofemployees integer,
    revenue numeric,
    telephone1 text,
    address1_city text,
    address1_country text,
    emailaddress1 text,
    accountnumber text,
    _ownerid_value uuid
  );
  create table peer_domains (domain text primary key, accountid uuid not null references peer_accounts);
  create index on peer_domains (accountid)`;

const UPSERT_ACCOUNT = `
  insert into peer_accounts (${COLUMNS.join(", ")})
  values (${COLUMNS.map((_, at) => `$${at + 1}`).join(", ")})
  on conflict (accountid) do update set ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(", ")}`;
const UPSERT_DOMAIN = `
  insert into peer_domains (domain, accountid)
  values ($1, $2)
  on conflict (domain) do update set accountid = excluded.accountid`;

/** Takes the host name, without a public suffix list or any correction. */
function domainOf(website: string | number | null): string | undefined {
  const host = /^(?:https?:\/\/)?(?:www\.)?([a-z0-9.-]+\.[a-z]{2,})/i.exec(String(website ?? ""))?.[1];
  return host?.toLowerCase();
}

export async function measurePeer(source: Source, databaseUrl: string): Promise<Measurement> {
  const pages = await openSourcePages(source);
  const token = await pages.token();
  await pages.close();
  const api = new DynamicsWebApi({
    serverUrl: source.origin,
    dataApi: { version: "9.2" },
    onTokenRefresh: async () => token,
  });
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(TABLES);
    return await measureWork(async () => {
      const startedAt = performance.now();
      const { value: rows } = await api.retrieveAll<Row>({
        collection: "accounts",
        select: [...COLUMNS],
        filter: "statecode eq 0",
      });
      const readAt = performance.now();
      for (const row of rows) {
        await client.query(
          UPSERT_ACCOUNT,
          COLUMNS.map((column) => row[column]),
        );
        const domain = domainOf(row.websiteurl);
        if (domain !== undefined) await client.query(UPSERT_DOMAIN, [domain, row.accountid]);
      }
      return {
        rows: rows.length,
        stages: { read: readAt - startedAt, upsert: performance.now() - readAt },
      };
    });
  } finally {
    await client.end();
  }
}
