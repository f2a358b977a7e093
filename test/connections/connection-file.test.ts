import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, it, test } from "vitest";
import { ConnectionFileError, loadConnectionFile } from "../../src/connections/file/connection-file.ts";
import { canMount, mountFile } from "../harness/mounts.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-connection-"));
afterAll(() => rmSync(directory, { recursive: true }));

const MARKED = "s3cret~MARKED.q8";
const secrets: Record<string, string> = { DYNAMICS_CLIENT_SECRET: MARKED };

function load(text: string | Buffer) {
  const path = join(directory, "connection.yaml");
  writeFileSync(path, text);
  return loadConnectionFile(path, (name) => secrets[name]);
}

function faultsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConnectionFileError) return error.faults;
    throw error;
  }
  throw new Error("It was accepted.");
}

const signIn =
  "signIn: { kind: client-credentials, clientId: c, clientSecret: { env: DYNAMICS_CLIENT_SECRET } }";
const least = `address: https://contoso.crm4.dynamics.com\n${signIn}\nselection: all\n`;

describe("a connection file", () => {
  it("sets everything of a connection", () => {
    const settings = load(`
address: https://contoso.crm4.dynamics.com
${signIn}
selection: { view: My key accounts }
mapping:
  description: description
  domains: [websiteurl, emailaddress1]
  fields:
    Industry: { column: industrycode, type: text }
options: { allowDuplicateNames: true, onDomainTaken: without-domain }
labelLanguage: 1031
schedule: { changesEveryMinutes: 15, fullAt: "02:30", timeZone: Europe/Berlin }
brake: { sharePercent: 10 }
ownDomains: [OurCompany.com]
commonDomains: { add: [isp.de] }
teammates: [{ email: jane@ourcompany.com, name: Jane Doe }]
`);
    expect(settings).toMatchObject({
      address: "https://contoso.crm4.dynamics.com",
      signIn: { kind: "client-credentials", clientId: "c", tenant: undefined },
      selection: { kind: "view", view: "My key accounts" },
      mapping: {
        name: "name",
        description: "description",
        domains: ["websiteurl", "emailaddress1"],
        fields: [{ column: "industrycode", field: "Industry", type: "text" }],
      },
      options: { allowDuplicateNames: true, onDomainTaken: "without-domain" },
      labelLanguage: 1031,
      schedule: {
        changesEveryMinutes: 15,
        fullEveryMinutes: 1440,
        fullAt: "02:30",
        timeZone: "Europe/Berlin",
      },
      brake: { sharePercent: 10, accounts: 500, shareOfFewPercent: 50, shrunkToPercent: 50 },
      ownDomains: ["ourcompany.com"],
      commonDomains: { add: ["isp.de"], remove: [] },
      teammates: [{ email: "jane@ourcompany.com", name: "Jane Doe" }],
    });
    expect(settings.signIn.clientSecret?.()).toBe(MARKED);
  });

  it("needs no more than address, sign-in and selection, and may be JSON", () => {
    const { mapping, options, ownDomains } = load(
      '{"address":"https://contoso.crm.dynamics.com","signIn":{"kind":"client-credentials","clientId":"c",' +
        '"clientSecret":{"env":"DYNAMICS_CLIENT_SECRET"}},"selection":"all"}',
    );
    expect({ mapping, options, ownDomains }).toEqual({
      mapping: { name: "name", domains: [], fields: [] },
      options: { allowDuplicateNames: false, onDomainTaken: "skip" },
      ownDomains: [],
    });
  });

  it("normalises domains as a run compares them", () => {
    const { ownDomains, commonDomains } = load(
      `${least}ownDomains: [bücher.de, www.Acme.com, ａcme.net]\n` +
        "commonDomains: { add: [www.shared.com, mail.müll.de], remove: [www.gmail.com] }",
    );
    expect(ownDomains).toEqual(["xn--bcher-kva.de", "acme.com", "acme.net"]);
    expect(commonDomains).toEqual({ add: ["shared.com", "mail.xn--mll-hoa.de"], remove: ["gmail.com"] });
  });

  it("is refused with a domain that nobody can own, which would be without effect", () => {
    const faults = faultsOf(() =>
      load(`${least}ownDomains: [ourcompany.com, co.uk]\ncommonDomains: { add: [acme.internal, xn--a.com] }`),
    );
    expect(faults).toEqual([
      "ownDomains[1]: nobody can own this domain; write one such as example.com.",
      "commonDomains.add[0]: nobody can own this domain; write one such as example.com.",
      "commonDomains.add[1]: nobody can own this domain; write one such as example.com.",
    ]);
  });

  it("is what the README shows", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const example = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? "";
    expect(load(example)).toMatchObject({
      address: "https://contoso.crm4.dynamics.com",
      selection: { kind: "all" },
    });
  });

  it("reads a refresh token from a file beside it, and knows where to write the next one", () => {
    writeFileSync(join(directory, "token"), `${MARKED}\n`);
    const { signIn: read } = load(
      "address: https://contoso.crm.dynamics.com\nselection: all\n" +
        "signIn: { kind: refresh-token, clientId: c, refreshToken: { file: token } }",
    );
    expect(read).toMatchObject({ kind: "refresh-token", refreshTokenFile: join(directory, "token") });
    expect(read.kind === "refresh-token" && read.refreshToken()).toBe(MARKED);
  });

  it.runIf(canMount)("is refused if the file of the refresh token cannot take the next one", () => {
    const token = join(directory, "mounted-token");
    writeFileSync(token, "");
    mountFile(token, MARKED, { readOnly: true });

    const faults = faultsOf(() =>
      load(
        "address: https://contoso.crm.dynamics.com\nselection: all\n" +
          "signIn: { kind: refresh-token, clientId: c, refreshToken: { file: mounted-token } }",
      ),
    );

    expect(faults).toEqual([
      "The file mounted-token holds the refresh token, which is replaced at each sign-in, and it cannot be written " +
        "(EROFS). Make the file, or the directory that it is in, writable for the user of this process.",
    ]);
  });

  const german = `${least}mapping: { fields: { Größe: { column: revenue, type: number } } }\r\n`;

  it.each([
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${german}`)],
    ["UTF-16, as PowerShell writes it", Buffer.from(`\ufeff${german}`, "utf16le")],
    ["UTF-16 without a mark", Buffer.from(german, "utf16le")],
    ["UTF-16, big end first", Buffer.from(`\ufeff${german}`, "utf16le").swap16()],
    ["UTF-16, big end first, without a mark", Buffer.from(german, "utf16le").swap16()],
  ])("may be in %s", (_, bytes) => {
    expect(load(bytes).mapping.fields).toEqual([{ column: "revenue", field: "Größe", type: "number" }]);
  });

  it.each([
    ["Windows-1252", Buffer.from(german, "latin1"), /neither UTF-8 nor UTF-16 .*Save it as UTF-8/],
    ["text with NUL characters", Buffer.from(`${german}\0`), /NUL characters/],
  ])("in %s is refused with what to do", (_, bytes, fault) => {
    expect(faultsOf(() => load(bytes))).toEqual([expect.stringMatching(fault)]);
  });

  it.each([
    ["UTF-16 and CRLF", Buffer.from(`\ufeff${MARKED}\r\n`, "utf16le"), MARKED],
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${MARKED}\n`), MARKED],
  ])("reads the refresh token from a file in %s", (_, bytes, token) => {
    writeFileSync(join(directory, "token"), bytes);

    const { signIn: read } = load(
      "address: https://contoso.crm.dynamics.com\nselection: all\n" +
        "signIn: { kind: refresh-token, clientId: c, refreshToken: { file: token } }",
    );

    expect(read.kind === "refresh-token" && read.refreshToken()).toBe(token);
  });

  it("is refused with a custom field of whose name nothing shows", () => {
    const field = '"\u200b": { column: revenue, type: number }';
    expect(faultsOf(() => load(`${least}mapping: { fields: { ${field} } }`))).toEqual([
      expect.stringContaining("a custom field needs a name"),
    ]);
  });

  it("is refused with all its faults at once, each with its path", () => {
    const faults = faultsOf(() =>
      load(`
adress: https://contoso.crm.dynamics.com
signIn: { kind: password }
selection: some
mapping: { domains: websiteurl, fields: { Size: { column: revenue, type: float } } }
options: { allowDuplicateNames: "yes" }
schedule: { fullAt: "02:30", timeZone: CET+1 }
ownDomains: [https://ourcompany.com/]
teammates: [{ email: jane }]
`),
    );
    expect(faults).toEqual([
      "address: text belongs here.",
      "signIn.kind: kind must be client-credentials or refresh-token.",
      'selection: write "all", or { view: "its name or id" }.',
      "mapping.domains: a list belongs here.",
      "mapping.fields.Size.type: write text or number or boolean or datetime or teammate.",
      "options.allowDuplicateNames: true or false belongs here.",
      'schedule.timeZone: write a time zone as the IANA database names it, such as "Europe/Berlin" or "UTC".',
      "ownDomains[0]: write a bare domain, such as example.com.",
      "teammates[0].email: write an e-mail address.",
      "adress cannot be set here; check the spelling or remove it.",
    ]);
  });

  test.each([
    ["", "It is empty. Begin with an address, such as address: https://contoso.crm.dynamics.com."],
    [
      "address: [",
      "It is not valid YAML or JSON in line 1. Correct it; indentation and quotes are the usual causes.",
    ],
    [
      "a: 1\na: 2",
      "A name appears twice in line 2. Correct it; indentation and quotes are the usual causes.",
    ],
    ["just words", "a group of settings belongs here."],
  ])("%j is refused", (text, fault) => {
    expect(faultsOf(() => load(text))[0]).toBe(fault);
  });

  it("is refused if it does not exist or is a directory", () => {
    const missing = join(directory, "none.yaml");
    expect(() => loadConnectionFile(missing, () => "")).toThrow(
      /none\.yaml cannot be used\. There is no such file/,
    );
    expect(() => loadConnectionFile(directory, () => "")).toThrow("It is a directory.");
  });
});

describe("secrets", () => {
  const places = [
    least.replace("{ env: DYNAMICS_CLIENT_SECRET }", `"${MARKED}"`),
    least.replace("DYNAMICS_CLIENT_SECRET", `"${MARKED}"`),
    least.replace("env: DYNAMICS_CLIENT_SECRET", `${MARKED}: env`),
    least.replace("clientId: c", `clientId: c, ${MARKED}`),
    least.replace("https://", `https://user:${MARKED}@`),
    `${least}\n"${MARKED}`,
    `${least}\n  ${MARKED}: [`,
    `${least}password: *${MARKED}`,
    least.replace("kind: client-credentials", `kind: "${MARKED}"`),
    least.replace("all", `{ view: a, ${MARKED}: b }`),
  ];
  test.each(places)("are not repeated when they are written where they do not belong (%#)", (text) => {
    expect(text).toContain(MARKED);
    expect(faultsOf(() => load(text)).join(" ")).not.toContain(MARKED);
  });

  it("are named when they are not set", () => {
    const faults = faultsOf(() => load(least.replace("DYNAMICS_CLIENT_SECRET", "OTHER")));
    expect(faults).toEqual([
      "The environment variable OTHER is not set. Set it, or OTHER_FILE, to the secret.",
    ]);
  });

  it("do not show when a connection is printed", () => {
    const settings = load(least);
    expect(inspect(settings, { depth: null }) + JSON.stringify(settings)).not.toContain(MARKED);
  });
});
