import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-config-"));
afterAll(() => rmSync(directory, { recursive: true }));

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env, directory);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  throw new Error("It was accepted.");
}

describe("the environment", () => {
  it("may be empty", () => {
    expect(readConfig({ DATABASE_URL: "" }, directory)).toMatchObject({
      databaseUrl: undefined,
      home: join(directory, ".sluice"),
      logLevel: "warn",
      simulator: undefined,
      maxAccounts: 500_000,
      colours: true,
    });
  });

  it("gives secrets directly or by file", () => {
    const file = join(directory, "url");
    writeFileSync(file, "postgres://u:p@db/sluice\n");
    const config = readConfig({ DATABASE_URL_FILE: file, A_SECRET: "a", B_SECRET_FILE: file }, directory);
    expect(config.databaseUrl).toBe("postgres://u:p@db/sluice");
    expect(["A_SECRET", "B_SECRET", "C_SECRET"].map(config.readSecret)).toEqual([
      "a",
      "postgres://u:p@db/sluice",
      undefined,
    ]);
  });

  it("trusts proxies by address and network, and names invalid ones", () => {
    const proxies = (list: string) => readConfig({ SLUICE_TRUSTED_PROXIES: list }).trustedProxies;
    expect(proxies("10.0.0.0/8, ::1,loopback,fd00::/8")).toEqual([
      "10.0.0.0/8",
      "::1",
      "loopback",
      "fd00::/8",
    ]);
    expect(proxies("10.0.0.7,,")).toEqual(["10.0.0.7"]);
    for (const wrong of ["proxy.internal", "10.0.0.0/33", "10.0.0.0/0", "10.0.0/8", "::1/129"])
      expect(faultsOf({ SLUICE_TRUSTED_PROXIES: `127.0.0.1,${wrong}` })).toEqual([
        `SLUICE_TRUSTED_PROXIES names "${wrong}", which is no address. Write addresses such as 10.0.0.7 or networks such as 10.0.0.0/8, separated by commas.`,
      ]);
  });

  it("limits connections and query time, and refuses too few", () => {
    expect(readConfig({})).toMatchObject({ databaseConnections: 20, querySeconds: 30 });
    expect(faultsOf({ SLUICE_DATABASE_CONNECTIONS: "11", SLUICE_QUERY_SECONDS: "0" })).toEqual([
      'SLUICE_DATABASE_CONNECTIONS is "11". Write a whole number from 12 to 9999, such as 20.',
      'SLUICE_QUERY_SECONDS is "0". Write a whole number of seconds, 1 to 9999.',
    ]);
  });

  it("is refused with all faults at once, without showing secrets", () => {
    const faults = faultsOf({
      DATABASE_URL: "mysql://u:hidden@db/x",
      SLUICE_LOG_LEVEL: "loud",
      SLUICE_SIMULATOR: "http://169.254.169.254:80",
      MAX_ACCOUNTS: "0",
    });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "DATABASE_URL",
      "SLUICE_LOG_LEVEL",
      "SLUICE_SIMULATOR",
      "MAX_ACCOUNTS",
    ]);
    expect(faults.join()).not.toContain("hidden");
  });

  it.each([
    ["Wrong/Horse"],
    ["12/34"],
    ["Wrong#Horse"],
    ["12#34"],
    ["Wrong?Horse"],
    ["12?34"],
    ["12?a=34"],
    ["Wrong@Horse"],
    ["Wrong@Horse/Battery"],
    ["Wrong@Horse?Battery"],
    ["Wrong@Horse#Battery"],
    ["Wrong%Horse"],
    ["Wrong%2FHorse%"],
    ["Wrong Horse"],
  ])("says that the password %j needs percent-encoding, and shows no piece of it", (password) => {
    for (const database of ["sluice", "sluice?sslmode=verify-full", "sluice?user=a"]) {
      const url = `postgres://somebody:${password}@database.example:5432/${database}`;

      const faults = faultsOf({ DATABASE_URL: url });

      expect(faults).toEqual([expect.stringMatching(/^DATABASE_URL .*percent-encoding/)]);
      expect(faults.join()).not.toMatch(/Wrong|Horse|Battery|12|34|somebody/);
    }
    expect(
      faultsOf({ SMTP_URL: `smtp://u:${password}@mail.example`, SLUICE_MAIL_FROM: "a@b.example" })[0],
    ).toMatch(/^SMTP_URL .*percent-encoding/);
  });

  it.each([
    ["postgres://u:p%2Fa%23b%3Fc%40d%25@db.example:5432/sluice?sslmode=verify-full&sslrootcert=/etc/ca.pem"],
    ["postgres://u:p:a!b$c&d*e(f)@db.example/sluice"],
    ["postgresql://u@db.example"],
    ["postgres:///sluice?host=/var/run/postgresql&user=u@db"],
    ["postgres://[::1]:5432/sluice"],
  ])("accepts %j", (url) => {
    expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it("configures the server, its mail and sign-in with Microsoft", () => {
    const key = Buffer.alloc(32, 7);
    const entra = { tenant: "0c9d3e5a-1111-4222-8333-444455556666", clientId: "app", clientSecret: "secret" };
    const config = readConfig(
      {
        SLUICE_PUBLIC_URL: "https://sluice.ourcompany.example/",
        SLUICE_KEY: key.toString("base64"),
        SLUICE_OLD_KEYS: `${key.toString("hex")}, ${key.toString("base64")}`,
        SMTP_URL: "smtps://u:p@mail.ourcompany.example:465",
        SLUICE_MAIL_FROM: "Sluice <sluice@ourcompany.example>",
        SLUICE_ENTRA_TENANT: entra.tenant.toUpperCase(),
        SLUICE_ENTRA_CLIENT_ID: entra.clientId,
        SLUICE_ENTRA_CLIENT_SECRET: entra.clientSecret,
      },
      directory,
    );
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 8377,
      publicUrl: "https://sluice.ourcompany.example",
      key,
      oldKeys: [key, key],
      mail: { from: "Sluice <sluice@ourcompany.example>" },
      entra,
    });
  });

  it("is refused with a sentence for insecure or unusable values", () => {
    const faults = faultsOf({
      SLUICE_PORT: "70000",
      SLUICE_PUBLIC_URL: "https://sluice.ourcompany.example/app",
      SLUICE_KEY: "hunter2",
      SMTP_URL: "smtp://mail.ourcompany.example:587",
      SLUICE_ENTRA_TENANT: "common",
      SLUICE_ENTRA_CLIENT_ID: "app",
      SLUICE_ENTRA_CLIENT_SECRET: "secret",
    });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "SLUICE_PORT",
      "SLUICE_PUBLIC_URL",
      "SLUICE_KEY",
      "SLUICE_MAIL_FROM",
      "SLUICE_ENTRA_TENANT",
    ]);
    expect(faults.join()).not.toContain("hunter2");
  });

  it("is refused when a secret's file is missing, empty, or given beside the secret", () => {
    const empty = join(directory, "empty");
    writeFileSync(empty, "\n");
    expect(faultsOf({ DATABASE_URL_FILE: join(directory, "none") })).toEqual([
      "The file that DATABASE_URL_FILE names cannot be read (ENOENT). Check its path and its permissions.",
    ]);
    expect(faultsOf({ DATABASE_URL_FILE: empty })[0]).toContain("is empty");
    expect(faultsOf({ DATABASE_URL_FILE: empty, DATABASE_URL: "postgres://db/x" })[0]).toContain("both set");
  });

  it.each([
    ["UTF-16, as PowerShell writes it", Buffer.from("\ufeffpostgres://db/x\r\n", "utf16le")],
    ["UTF-16, big end first", Buffer.from("\ufeffpostgres://db/x\r\n", "utf16le").swap16()],
    ["UTF-16 without a mark", Buffer.from("postgres://db/x\r\n", "utf16le")],
    ["UTF-8 with a byte order mark", Buffer.from("\ufeffpostgres://db/x\r\n")],
  ])("reads a secret's file in %s", (_, bytes) => {
    const file = join(directory, "encoded");
    writeFileSync(file, bytes);
    expect(readConfig({ DATABASE_URL_FILE: file }, directory).databaseUrl).toBe("postgres://db/x");
  });

  it("is refused when a secret's file is no text, or a directory", () => {
    const file = join(directory, "wrong");
    writeFileSync(file, Buffer.from("postgres://u:pässwort@db/x", "latin1"));
    expect(faultsOf({ DATABASE_URL_FILE: file })).toEqual([
      "The file that DATABASE_URL_FILE names has bytes that are neither UTF-8 nor UTF-16 (perhaps it is Windows-1252). Save it as UTF-8.",
    ]);
    writeFileSync(file, "secret\0");
    expect(faultsOf({ DATABASE_URL_FILE: file })[0]).toContain("has NUL characters in it");
    expect(faultsOf({ DATABASE_URL_FILE: directory })[0]).toContain("is a directory. Name a file;");
  });

  it("allows the simulator on this machine only", () => {
    expect(readConfig({ SLUICE_SIMULATOR: "http://127.0.0.1:8365/" }, directory).simulator).toBe(
      "http://127.0.0.1:8365",
    );
    const others = [
      "http://localhost:8365",
      "http://127.0.0.1",
      "http://127.0.0.1:99999",
      "https://127.0.0.1:1",
      "http://127.0.0.1:1@x",
    ];
    for (const other of others) expect(faultsOf({ SLUICE_SIMULATOR: other })).toHaveLength(1);
  });
});
