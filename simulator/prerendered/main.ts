// Runs the pre-rendering simulator as a process of its own: it renders, prints one line of JSON
// with what is needed to connect, and serves until it is stopped. Usage: `node --import tsx
// simulator/prerendered/main.ts --accounts N --seed S --columns a,b,c`.
import { parseArgs } from "node:util";
import { activeAccountsQuery, runPrerendered } from "./server.ts";

const DEFAULT_COLUMNS =
  "name,websiteurl,emailaddress1,telephone1,address1_city,address1_country,industrycode,customertypecode,numberofemployees,revenue,createdon,_ownerid_value";

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "10000" },
    seed: { type: "string", default: "sluice" },
    /** Columns of the query that is rendered before the line is printed; "" renders none. */
    columns: { type: "string", default: DEFAULT_COLUMNS },
    /** Further paths below /api/data/v9.2/ to render, e.g. 'accounts?$select=versionnumber&…'. */
    query: { type: "string", multiple: true, default: [] },
    prefer: { type: "string" },
    port: { type: "string" },
  },
});

const simulator = await runPrerendered({
  accounts: Number(values.accounts),
  seed: values.seed,
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  // A benchmark reads as fast as it can, so the limits must not apply.
  limits: { requests: 1_000_000, executionMilliseconds: 1_000_000_000 },
});
const defaultQuery = activeAccountsQuery(values.columns.split(","));
const prefer = values.prefer ?? defaultQuery.prefer;
const queries = [
  ...(values.columns === "" ? [] : [{ url: defaultQuery.url, prefer }]),
  ...values.query.map((path) => ({ url: `/api/data/v9.2/${path}`, prefer })),
];
const rendered = [];
for (const query of queries) rendered.push(await simulator.render(query));

const { origin, tenantId, clientId, clientSecret, refreshToken } = simulator;
console.log(
  JSON.stringify({
    origin,
    tenantId,
    clientId,
    clientSecret,
    refreshToken,
    accounts: Number(values.accounts),
    rendered,
  }),
);
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => void simulator.close().then(() => process.exit(0)));
}
