import { expect, it } from "vitest";
import {
  addCommonDomain,
  domainListsOf,
  loadDomainSettings,
  saveDomainSettings,
} from "../../src/accounts/domains/settings.ts";
import { parseDomains } from "../../src/accounts/domains/parse.ts";
import { testDatabase } from "../harness/database.ts";
import { workspace } from "../harness/workspace.ts";

const EMPTY = { own: [], commonAdded: [], commonRemoved: [] };

it("starts with no own domains and the built-in common ones", async () => {
  const { kysely } = await testDatabase();
  expect(await loadDomainSettings(kysely)).toEqual(EMPTY);
});

it("keeps hosts, however they were written, sorted and each once", async () => {
  const { kysely } = await testDatabase();
  const written = ["https://www.OurCompany.com/about", "dana@ourcompany.com", " bücher.example.de ", ""];
  const saved = await saveDomainSettings(kysely, {
    ...EMPTY,
    own: written,
    commonAdded: ["mail.acme.com"],
  });
  expect(saved.own).toEqual(["ourcompany.com", "xn--bcher-kva.example.de"]);
  expect(await loadDomainSettings(kysely)).toEqual(saved);
});

it("makes one more domain a common one, also one that was an exception", async () => {
  const { kysely } = await testDatabase();
  await saveDomainSettings(kysely, {
    own: ["ours.com"],
    commonAdded: ["isp.de"],
    commonRemoved: ["gmail.com"],
  });

  await addCommonDomain(kysely, "https://www.Acme.com/");
  await addCommonDomain(kysely, "gmail.com");

  expect(await loadDomainSettings(kysely)).toEqual({
    own: ["ours.com"],
    commonAdded: ["acme.com", "gmail.com", "isp.de"],
    commonRemoved: [],
  });
  await expect(addCommonDomain(kysely, "co.uk")).rejects.toThrow("no domain");
});

it("refuses what is no domain, naming it, and saves nothing of the rest", async () => {
  const { kysely } = await testDatabase();
  const saving = saveDomainSettings(kysely, { ...EMPTY, own: ["ourcompany.com"], commonRemoved: ["co.uk"] });
  await expect(saving).rejects.toMatchObject({
    field: "commonRemoved",
    message: '"co.uk" is no domain. Write one such as ourcompany.com, or remove it.',
  });
  expect(await loadDomainSettings(kysely)).toEqual(EMPTY);
});

it("decides which domains an account can have", () => {
  const settings = { own: ["ourcompany.com"], commonAdded: ["isp.de"], commonRemoved: ["gmail.com"] };
  const { accepted, refused } = parseDomains(
    "acme.com gmail.com isp.de ourcompany.com",
    domainListsOf(settings),
  );
  expect(accepted).toEqual(["acme.com", "gmail.com"]);
  expect(refused).toEqual([
    { kind: "domain-common", value: "isp.de" },
    { kind: "domain-own", value: "ourcompany.com" },
  ]);
});

it("makes the next run draft every account again", async () => {
  const space = await workspace();
  space.org.createAccount({ name: "Acme", websiteurl: "acme.com", emailaddress1: "info@isp.de" });
  space.org.createAccount({ name: "Other", websiteurl: "other.com" });
  await space.sync();
  await saveDomainSettings(space.database.kysely, { ...EMPTY, commonAdded: ["isp.de"] });
  const { own, commonAdded, commonRemoved } = await loadDomainSettings(space.database.kysely);
  const run = await space.sync({
    ownDomains: own,
    commonDomains: { add: commonAdded, remove: commonRemoved },
  });
  expect(run).toMatchObject({ updated: 1, unchanged: 1 });
  expect((await space.account("Acme")).domains).toEqual(["acme.com"]);
});
