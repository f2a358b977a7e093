// `sluice accounts unlink`: shows what it would do, does it with --yes, and refuses what it cannot
// do.
import { expect, test } from "vitest";
import { commandLine, connectionText } from "./command-line.ts";

/** One account whose record left the view, and a record that it blocks. */
async function blockedByLeftView() {
  const space = await commandLine(0);
  const { simulator, writeConnectionFile, run } = space;
  const { org } = simulator;
  org.addView({
    kind: "system",
    name: "London",
    fetchxml: `<fetch><entity name="account"><attribute name="name"/><filter>
      <condition attribute="address1_city" operator="eq" value="London"/></filter></entity></fetch>`,
  });
  writeConnectionFile(connectionText(simulator).replace("selection: all", "selection: { view: London }"));
  const london = { address1_city: "London", websiteurl: "acme.net" };
  const old = org.createAccount({ name: "Acme old", ...london, createdon: "2020-01-01T00:00:00Z" });
  org.createAccount({ name: "Another", address1_city: "London" });
  await run("sync");
  org.updateAccount(old, { address1_city: "Leeds" });
  org.createAccount({ name: "Acme new", ...london, createdon: "2099-01-01T00:00:00Z" });
  await run("sync");
  return space;
}

test.for(["1", "--all-left-view"])(
  "unlink %s shows what it would do, and does it with --yes",
  async (which) => {
    const { run } = await blockedByLeftView();

    const issues = await run("issues");
    const shown = await run(`accounts unlink ${which}`);
    const done = await run(`accounts unlink ${which} --yes --json`);
    const synced = await run("sync");

    expect(issues.stdout).toContain("account 1, left the view");
    expect(issues.stdout).toContain('"sluice accounts unlink 1" unlinks that account');
    expect(shown.stdout)
      .toBe(`${which === "1" ? '"Acme old"' : "1 account"} would be unlinked. It keeps its values.
Of the accounts that are skipped now, the next sync links 1 and creates 0.
Nothing has been changed. --yes unlinks.
`);
    expect(JSON.parse(done.stdout)).toEqual({ accounts: 1, linked: 1, created: 0, skipped: 0, done: true });
    expect(synced.stdout).toMatch(/linked +1 /);
  },
);

test("unlink refuses an account that syncs, one that is not there, and a command that names none", async () => {
  const { run } = await blockedByLeftView();

  const sentences = [];
  for (const rest of ["2", "99", "", "1 --all-left-view"]) {
    const { exitCode, error } = await run(`accounts unlink ${rest}`.trim());
    sentences.push(`${exitCode}: ${error?.sentence.split(". ")[0]}`);
  }

  expect(sentences).toEqual([
    "2: “Another” is linked to a record that has not stopped syncing",
    "2: There is no account 99",
    expect.stringMatching(/^2: Name one account by its number/),
    expect.stringMatching(/^2: Name one account by its number/),
  ]);
});
