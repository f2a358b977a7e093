import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chown, lstat, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import type { Home } from "./home.ts";
import { asUser } from "./run-as.ts";

const PORT = 5432;
/** sun_path holds 104 bytes on macOS and 108 on Linux, PostgreSQL's lock file beside it included. */
const MAX_SOCKET_PATH = 100;
const MAX_LOG_BYTES = 10 * 1024 * 1024;

export type Postmaster = { pid: number; socketFolder: string; port: number };

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The command line of a process, empty for a zombie. Process numbers are used again, so a number alone proves nothing. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";
}

/** Whether this process is a server on the data folder. */
export async function isPostmaster(pid: number, data: string): Promise<boolean> {
  return isRunning(pid) && (await commandLine(pid)).includes(data);
}

/** Whether somebody listens; a socket file that a killed server left behind refuses. */
async function acceptsConnections(socket: string): Promise<boolean> {
  const connection = connect(socket);
  try {
    await once(connection, "connect");
    return true;
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
}

/**
 * The server that runs on this data folder, by its postmaster.pid (line 1 process, 4 port, 5 socket folder;
 * PostgreSQL's src/include/utils/pidfile.h), whoever started it.
 */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const file = join(data, "postmaster.pid");
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const found = { pid: Number(lines[0]), port: Number(lines[3]) || PORT, socketFolder: lines[4] ?? "" };
  if (!found.pid) return undefined;
  if (await isPostmaster(found.pid, data)) return found;
  // In another container on the same volume the process cannot be seen, but its socket answers. Two servers on
  // one data folder destroy it, and PostgreSQL itself looks at the process number only.
  if (await acceptsConnections(join(found.socketFolder, `.s.PGSQL.${found.port}`))) return found;
  // After a reboot the number may be anybody's, and PostgreSQL would then refuse to start for ever.
  if (isRunning(found.pid)) await rm(file, { force: true });
  return undefined;
}

async function findSocketFolder(home: Home): Promise<string> {
  if (Buffer.byteLength(join(home.path, `.s.PGSQL.${PORT}.lock`)) <= MAX_SOCKET_PATH) return home.path;
  const name = createHash("sha256").update(home.path).digest("hex").slice(0, 16);
  const folder = `/tmp/sluice-${name}`;
  await mkdir(folder, { mode: 0o700 }).then(
    () => home.runAs && chown(folder, home.runAs.uid, home.runAs.gid),
    () => undefined,
  );
  const found = await lstat(folder);
  const owner = home.runAs?.uid ?? process.getuid?.();
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) {
    throw new Error(
      `The folder ${folder} belongs to somebody else, and the database's socket would be in it. Remove it.`,
    );
  }
  return folder;
}

/** Good for loading a few hundred thousand rows at a time beside everyday work, on a small machine. */
function serverSettings(durable: boolean): Record<string, string> {
  return {
    listen_addresses: "",
    unix_socket_permissions: "0700",
    port: String(PORT),
    max_connections: "200",
    shared_buffers: "256MB",
    work_mem: "64MB",
    maintenance_work_mem: "256MB",
    max_wal_size: "4GB",
    checkpoint_timeout: "30min",
    wal_compression: "on",
    // The default, 4, is that of turning disks: looking up the 1 % that changed, it reads whole tables instead.
    random_page_cost: "1.1",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] %a ",
    ...(!durable && { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
}

function logFile(home: Pick<Home, "path">): string {
  return join(home.path, "postgres.log");
}

/** Starts a server without waiting for it. Its log is a file, since a pipe would break with us. */
export async function spawnPostmaster(
  home: Home,
  data: string,
  binaries: Binaries,
  durable: boolean,
): Promise<ChildProcess> {
  const folder = await findSocketFolder(home);
  const size = await stat(logFile(home)).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(logFile(home), `${logFile(home)}.old`);
  const log = await open(logFile(home), "a", 0o600);
  const flags = Object.entries({ ...serverSettings(durable), unix_socket_directories: folder }).flatMap(
    ([name, value]) => ["-c", `${name}=${value}`],
  );
  try {
    const child = spawn(join(binaries.folder, "postgres"), ["-D", data, ...flags], {
      ...asUser(home.runAs),
      env: binaries.environment,
      // Its own process group: Ctrl-C in a terminal is for us, and we still want to write to it then.
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    // Without a listener a program that cannot start ends ours; the exit is what is looked at.
    child.on("error", () => undefined);
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

/** A line about a session that was refused, by `%a` of log_line_prefix: we connect again and again while a server starts. */
const REFUSED_SESSION = /\] \[unknown\] /;

/** The last lines of the server's log, for an error's sentence. */
export async function lastLogLines(home: Pick<Home, "path">): Promise<string> {
  const log = await readFile(logFile(home), "utf8").catch(() => "");
  const lines = log
    .trim()
    .split("\n")
    .filter((line) => !REFUSED_SESSION.test(line));
  const relevant = lines.slice(-20).filter((line) => /FATAL|PANIC|ERROR|HINT|DETAIL|error/.test(line));
  return (relevant.length > 0 ? relevant : lines).slice(-4).join(" ");
}
