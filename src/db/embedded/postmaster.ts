import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chown, lstat, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import type { Home } from "./home.ts";
import { asUser } from "./run-as.ts";
import { errorCode } from "../../lib/system-error.ts";

const PORT = 5432;
/**
 * sun_path holds 104 bytes on macOS and 108 on Linux; PostgreSQL's lock file beside the socket has
 * a longer name.
 */
const MAX_SOCKET_PATH = 100;
const MAX_LOG_BYTES = 10 * 1024 * 1024;

export type Postmaster = { pid: number; socketFolder: string; port: number };

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/**
 * The command line of a process, empty for a zombie. Process ids are reused, so an id alone proves
 * nothing.
 */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";
}

/** Whether this process is a server on the data folder. */
export async function isPostmaster(pid: number, data: string): Promise<boolean> {
  return isRunning(pid) && (await commandLine(pid)).includes(data);
}

/** Whether the socket accepts connections; the socket file of a killed server refuses them. */
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
 * Finds the server on this data folder, whoever started it, by its postmaster.pid (line 1 process
 * id, 4 port, 5 socket folder; PostgreSQL's src/include/utils/pidfile.h).
 */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const file = join(data, "postmaster.pid");
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const found = { pid: Number(lines[0]), port: Number(lines[3]) || PORT, socketFolder: lines[4] ?? "" };
  if (!found.pid) return undefined;
  if (await isPostmaster(found.pid, data)) return found;
  // A process in another container on the same volume cannot be seen, but its socket can be reached.
  // PostgreSQL itself checks the process id only, and two servers would destroy the data.
  if (await acceptsConnections(join(found.socketFolder, `.s.PGSQL.${found.port}`))) return found;
  // After a reboot another process may have the id, and PostgreSQL would refuse to start.
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

/**
 * Tuned for bulk loads of several hundred thousand rows beside everyday work, on a small machine.
 */
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
    // The default, 4, is for spinning disks: for the 1 % of rows that changed, it reads whole tables.
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

/**
 * Starts a server without waiting for it. It logs to a file, since a pipe would break when this
 * process ends.
 */
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
      // A process group of its own: Ctrl-C in a terminal stops this program, which still writes to the
      // server then.
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    // Without a listener, a program that cannot start would end this process; its exit is checked
    // instead.
    child.on("error", () => undefined);
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

/**
 * A line about a refused session (`%a` of log_line_prefix is unknown): this program tries to
 * connect repeatedly while a server starts.
 */
const REFUSED_SESSION = /\] \[unknown\] /;

/** The last relevant lines of the server's log, for an error message. */
export async function lastLogLines(home: Pick<Home, "path">): Promise<string> {
  const log = await readFile(logFile(home), "utf8").catch(() => "");
  const lines = log
    .trim()
    .split("\n")
    .filter((line) => !REFUSED_SESSION.test(line));
  const relevant = lines.slice(-20).filter((line) => /FATAL|PANIC|ERROR|HINT|DETAIL|error/.test(line));
  return (relevant.length > 0 ? relevant : lines).slice(-4).join(" ");
}
