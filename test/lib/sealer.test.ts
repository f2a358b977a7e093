import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadOrCreateKey } from "../../src/connections/sign-in/key-file.ts";
import { createSealer, SealError } from "../../src/lib/sealer.ts";
import { CLIENT_SECRET, REFRESH_TOKEN } from "../../src/connections/sign-in/secrets.ts";

const [first, second] = [randomBytes(32), randomBytes(32)];
const SECRET = "s3cret~MARKED é";

test("a sealed text opens for its own purpose only", () => {
  const sealer = createSealer({ current: first });
  const sealed = sealer.seal(REFRESH_TOKEN, SECRET);
  expect(sealed).toMatch(/^s1\.[0-9a-f]{8}\.[\w-]+$/);
  expect(sealer.open(REFRESH_TOKEN, sealed)).toBe(SECRET);
  expect(() => sealer.open(CLIENT_SECRET, sealed)).toThrow(SealError);
  expect(sealer.seal(REFRESH_TOKEN, SECRET)).not.toBe(sealed);
});

test("a replaced key still opens, and the new one seals", () => {
  const before = createSealer({ current: first }).seal(CLIENT_SECRET, SECRET);
  const sealer = createSealer({ current: second, old: [first] });
  expect(sealer.open(CLIENT_SECRET, before)).toBe(SECRET);
  expect(sealer.isCurrent(before)).toBe(false);
  const after = sealer.seal(CLIENT_SECRET, SECRET);
  expect(sealer.isCurrent(after)).toBe(true);
  expect(createSealer({ current: second }).open(CLIENT_SECRET, after)).toBe(SECRET);
});

test("a wrong key is an error that says what to do, without the secret", () => {
  const sealed = createSealer({ current: first }).seal(CLIENT_SECRET, SECRET);
  expect(() => createSealer({ current: second }).open(CLIENT_SECRET, sealed)).toThrow(
    /sealed with another key \([0-9a-f]{8}\)\. Set SLUICE_KEY to the key it was sealed with, or add that key to SLUICE_OLD_KEYS/,
  );
});

test("an altered text does not open", () => {
  const sealer = createSealer({ current: first });
  const sealed = sealer.seal(CLIENT_SECRET, SECRET);
  const at = sealed.lastIndexOf(".") + 1;
  const body = Buffer.from(sealed.slice(at), "base64url");
  for (const place of [0, 13, body.length - 1]) {
    const changed = Buffer.from(body);
    changed[place]! ^= 1;
    const text = sealed.slice(0, at) + changed.toString("base64url");
    expect(() => sealer.open(CLIENT_SECRET, text)).toThrow("was changed or damaged");
  }
  for (const text of ["", "s1", "s1..", sealed.slice(0, at), "plain"])
    expect(() => sealer.open(CLIENT_SECRET, text)).toThrow(SealError);
});

test("an installation without a configured key creates one in a private file", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-key-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const home = join(directory, "home");
  const one = await loadOrCreateKey(home);
  expect(one).toHaveLength(32);
  expect((await loadOrCreateKey(home)).equals(one)).toBe(true);
  expect(readdirSync(home)).toEqual(["sealing.key"]);
  expect(statSync(join(home, "sealing.key")).mode & 0o777).toBe(0o600);
  writeFileSync(join(home, "sealing.key"), "short");
  await expect(loadOrCreateKey(home)).rejects.toThrow("Restore it from a backup");
});

test("concurrent creators of the key agree on one, in one process too", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sluice-key-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  // One pair in a hundred collided when both wrote the same draft file.
  for (let pair = 0; pair < 300; pair += 1) {
    const home = join(directory, String(pair));
    const [one, other] = await Promise.all([loadOrCreateKey(home), loadOrCreateKey(home)]);
    expect(other.equals(one)).toBe(true);
  }
});
