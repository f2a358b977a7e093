// Files and addresses of the operator that cannot be used: a sentence, exit code 2, and nothing is
// lost.
import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runSimulator } from "../../simulator/main.ts";
import { builtCommand, command, connectionYaml } from "../harness/command.ts";
import { testDatabase } from "../harness/database.ts";
import { canMount, mountFile } from "../harness/mounts.ts";

/** A command whose connection file signs in by the refresh token in the file `token`. */
async function withTokenFile() {
  const simulator = await runSimulator({});
  onTestFinished(() => simulator.close());
  const sluice = await command({
    SLUICE_SIMULATOR: simulator.origin,
    DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
  });
  const signIn = `signIn: { kind: refresh-token, clientId: ${simulator.clientId}, clientSecret: { env: DYNAMICS_CLIENT_SECRET }, refreshToken: { file: token } }`;
  await sluice.write("sluice.yaml", connectionYaml(simulator).replace(/signIn:.*/, signIn));
  const token = await sluice.write("token", `${simulator.refreshToken}\r\n`);
  return { simulator, sluice, token };
}

it.runIf(canMount)("a refresh token in a file that is mounted alone is replaced in place", async () => {
  const { simulator, sluice, token } = await withTokenFile();
  const mounted = mountFile(token, simulator.refreshToken);

  for (let n = 0; n < 2; n++) expect(await sluice.run(["fields"])).toMatchObject({ code: 0 });

  expect(simulator.entra.usedRefreshTokens.size).toBe(2);
  expect(simulator.entra.usedRefreshTokens).not.toContain(await readFile(mounted, "utf8"));
});

it.runIf(canMount)("a refresh token that cannot be replaced is not exchanged", async () => {
  const { simulator, sluice, token } = await withTokenFile();
  mountFile(token, simulator.refreshToken, { readOnly: true });

  for (const name of ["fields", "serve"])
    expect(await sluice.run([name])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/The file token holds the refresh token.*cannot be written \(EROFS\)/),
    });

  expect(simulator.entra.usedRefreshTokens.size).toBe(0);
});

it("a home that is a file, below one, or a link to nothing is refused", async () => {
  const sluice = await command();
  await sluice.write("file", "");
  await symlink("nowhere", join(sluice.folder, "link"));

  for (const [home, finding] of [
    ["file", "is a file"],
    ["file/home", "is below something that is no directory"],
    ["link", "is a link to a directory that is not there"],
  ] as const) {
    const { code, stderr } = await sluice.run(["--home", home, "runs"]);
    expect({ home, code, stderr }).toEqual({ home, code: 2, stderr: expect.stringContaining(finding) });
    expect(stderr).toContain(join(sluice.folder, home));
  }
});

it.runIf(canMount)("a home that may not be written is refused", async () => {
  const sluice = await command();
  await chmod(sluice.folder, 0o755);
  const home = join(sluice.folder, "home");
  await mkdir(home);
  execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", home]);
  onTestFinished(() => void execFileSync("umount", [home]));

  const { code, stderr } = await sluice.run(["--home", "home", "runs"]);

  expect([code, stderr]).toEqual([2, expect.stringContaining("is on a read-only file system")]);
});

it("a password that is not percent-encoded is not repeated, whatever follows it", async () => {
  const sluice = await command();

  const { code, stdout, stderr } = await sluice.run(["runs", "--json"], {
    DATABASE_URL: "postgres://sluice:12/Horse@127.0.0.1:1/sluice",
    SLUICE_LOG_LEVEL: "debug",
  });

  expect(code).toBe(2);
  expect(stderr).toContain("percent-encoding");
  expect(stdout + stderr).not.toMatch(/Horse|12/);
});

it.runIf(process.platform === "linux")("an output on a full disk is an error, and no crash", async () => {
  const { url } = await testDatabase();

  const { status, stderr } = spawnSync(
    "sh",
    ["-c", '"$0" "$1" accounts export --format csv > /dev/full', process.execPath, await builtCommand()],
    { env: { PATH: process.env["PATH"], DATABASE_URL: url }, encoding: "utf8" },
  );

  expect([status, stderr]).toEqual([2, expect.stringContaining("cannot be written (ENOSPC)")]);
});
