// Runs a PostgreSQL server for this program alone: finds programs that run here, creates a data
// folder, starts the server on a private socket, and takes a lock so that one process at a time
// uses it. A server that outlived a killed process is found by its pid file and used again.
import { once } from "node:events";
import { realpath, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Client } from "pg";
import { setTimeout as delay } from "node:timers/promises";
import { isDatabaseUnavailable, isDiskFull } from "../errors.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { dataFolder, dataMajor, initializeCluster, readOrCreatePassword, USER } from "./cluster.ts";
import { type Home, openHome } from "./home.ts";
import { type ServerAddress, takeOwnership, tryConnect } from "./owner.ts";
import {
  findPostmaster,
  isPostmaster,
  lastLogLines,
  type Postmaster,
  spawnPostmaster,
} from "./postmaster.ts";

export type ServerLog = { info(sentence: string): void; warn(sentence: string): void };

export type EmbeddedOptions = {
  /** Files are kept in `<directory>/postgres`; see openHome for root and a closed directory. */
  directory: string;
  log: ServerLog;
  /** false trades safety on power loss for speed, in tests. Default: true. */
  durable?: boolean;
  /** A folder of PostgreSQL programs to use instead of searching for some. */
  binaries?: string;
  /**
   * Aborts the start, however long a recovery takes, and stops the server that was started for it.
   */
  signal?: AbortSignal | undefined;
};

export type EmbeddedServer = {
  /** Connection settings for pg: the folder of a Unix socket as host, and the database sluice. */
  address: ServerAddress & { database: string; ssl: false };
  /** As the server reports it, such as 18.4. */
  version: string;
  /**
   * Resolves with an error if the server ends, or another process takes it, before `stop` was called.
   */
  lost: Promise<Error>;
  /**
   * Stops the server (PostgreSQL's fast shutdown) and waits until it has ended; a second call waits
   * for the first.
   */
  stop(): Promise<void>;
};

type OwnedServer = {
  postmaster: Postmaster;
  owner: Client;
  address: ServerAddress;
  /** Resolves when the owner's session ends, for whatever reason. */
  sessionEnded: Promise<void>;
};

const POLL_MS = 20;
const LOG_INTERVAL_MS = 10_000;
const FAST_SHUTDOWN_TIMEOUT_MS = 60_000;

/**
 * Connects as soon as the server accepts connections, however long its recovery takes; returns none
 * if the server ends.
 */
async function connectWhenReady(
  data: string,
  password: string,
  isAlive: () => boolean,
  { log, signal }: EmbeddedOptions,
): Promise<OwnedServer | undefined> {
  for (let waited = 0; ; waited += POLL_MS) {
    signal?.throwIfAborted();
    // Read before the pid file, so that a server that ends between the two is checked once more.
    const alive = isAlive();
    const postmaster = await findPostmaster(data);
    if (postmaster?.socketFolder) {
      const address = {
        host: postmaster.socketFolder,
        port: postmaster.port,
        user: USER,
        password,
      };
      const owner = await tryConnect(address);
      if (owner) {
        const sessionEnded = new Promise<void>((resolve) => owner.once("end", resolve));
        return { postmaster, owner, address, sessionEnded };
      }
    }
    if (!postmaster && !alive) return undefined;
    if (waited > 0 && waited % LOG_INTERVAL_MS === 0)
      log.info("The embedded PostgreSQL is still starting or recovering.");
    await delay(POLL_MS);
  }
}

async function useOrStart(home: Home, binaries: Binaries, options: EmbeddedOptions): Promise<OwnedServer> {
  const data = dataFolder(home);
  const password = await readOrCreatePassword(home);
  const found = await connectWhenReady(data, password, () => false, options);
  if (found) return found;
  const child = await spawnPostmaster(home, data, binaries, options.durable ?? true);
  const isAlive = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const started = await connectWhenReady(data, password, isAlive, options).catch(async (error: unknown) => {
    // Referenced again, so that this process waits until the child has ended.
    child.ref();
    child.kill("SIGINT");
    if (isAlive()) await once(child, "exit");
    throw error;
  });
  if (started) return started;
  throw new Error(
    `PostgreSQL ${binaries.version} did not start in ${home.path}. Its log says: ${await lastLogLines(home)}`,
  );
}

async function ensureDatabase(owner: Client): Promise<void> {
  const { rowCount } = await owner.query("select 1 from pg_database where datname = 'sluice'");
  if (rowCount === 0) await owner.query("create database sluice");
}

/** The server removes its pid file before it ends, so both are checked. */
async function waitForExit(data: string, { pid }: Postmaster, log: ServerLog): Promise<void> {
  const isThere = async () => (await findPostmaster(data))?.pid === pid || (await isPostmaster(pid, data));
  for (let waited = 0; await isThere(); waited += POLL_MS) {
    if (waited === FAST_SHUTDOWN_TIMEOUT_MS) {
      log.warn(
        "The embedded PostgreSQL takes long to stop; it is told to stop at once and will recover at the next start.",
      );
      sendSignal("SIGQUIT", pid);
    }
    await delay(POLL_MS);
  }
}

const REACQUIRE_DELAY_MS = 1_000;

/**
 * Takes the lock again after each crash: PostgreSQL then ends every session and recovers by itself.
 * @returns why the lock cannot be taken again
 * @throws the signal's reason
 */
async function reacquireAfterCrashes(
  home: Home,
  running: OwnedServer,
  options: EmbeddedOptions & { signal: AbortSignal },
): Promise<Error> {
  const { directory, log, signal } = options;
  const data = dataFolder(home);
  for (;;) {
    await running.sessionEnded;
    signal.throwIfAborted();
    try {
      const found = await connectWhenReady(data, running.address.password, () => false, options);
      if (!found) return await serverEndedError(home);
      await takeOwnership(found.owner, directory);
      Object.assign(running, found);
      log.warn("The embedded PostgreSQL crashed, and has recovered.");
    } catch (error) {
      if (!isDatabaseUnavailable(error) && !isDiskFull(error)) throw error;
      await delay(REACQUIRE_DELAY_MS, undefined, { signal });
    }
  }
}

async function serverEndedError(home: Home): Promise<Error> {
  const words = await lastLogLines(home);
  const remedy = words.includes("No space left on device") ? "Make space on its disk, and start" : "Start";
  return new Error(
    `PostgreSQL ended in ${home.path}, and Sluice cannot work without it. ${remedy} Sluice again; what was committed is not lost. Its log says: ${words}`,
  );
}

function sendSignal(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has ended already.
  }
}

/**
 * Starts the server of `directory`, or takes over a running one.
 * @throws an error with what to do when another process uses it or it cannot run
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { signal } = options;
  signal?.throwIfAborted();
  const home = await openHome(options.directory);
  if (dirname(home.path) !== (await realpath(options.directory))) {
    options.log.info(
      `The database is kept in ${home.path}: the user that runs it cannot enter ${options.directory}.`,
    );
  }
  const major = await dataMajor(home);
  const binaries = await findBinaries(home, {
    ...(options.binaries !== undefined && { only: options.binaries }),
    ...(major !== undefined && { major }),
  });
  await readOrCreatePassword(home);
  if (major === undefined) await initializeCluster(home, binaries, options.durable ?? true);
  const running = await useOrStart(home, binaries, options);
  const { owner, address } = running;
  try {
    await takeOwnership(owner, options.directory);
    await ensureDatabase(owner);
  } catch (error) {
    await owner.end();
    throw error;
  }
  // An exception that ends this process stops the server too; after kill -9 the next start finds it.
  const onExit = () => sendSignal("SIGINT", running.postmaster.pid);
  process.once("exit", onExit);
  const stopped = new AbortController();
  let isLost = false;
  const lost = reacquireAfterCrashes(home, running, { ...options, signal: stopped.signal })
    .catch((error: unknown) => {
      if (stopped.signal.aborted) return new Promise<never>(() => undefined);
      return error instanceof Error ? error : new Error(String(error));
    })
    .then((error) => {
      // Another process may have the server's id by now, and another server may have its place.
      isLost = true;
      process.off("exit", onExit);
      return error;
    });

  async function stopOnce(): Promise<void> {
    stopped.abort();
    // The lock is held to the end, so that no process takes over a server that is stopping.
    if (!isLost) {
      sendSignal("SIGINT", running.postmaster.pid);
      await waitForExit(dataFolder(home), running.postmaster, options.log);
    }
    process.off("exit", onExit);
    await running.owner.end().catch(() => undefined);
    // The socket folder in /tmp that long paths need; the server has removed its socket.
    if (address.host !== home.path) await rmdir(address.host).catch(() => undefined);
  }
  let stopping: Promise<void> | undefined;
  const { rows } = await owner.query<{ server_version: string }>("show server_version");
  const server: EmbeddedServer = {
    address: { ...address, database: "sluice", ssl: false },
    version: (rows[0]?.server_version ?? binaries.version).split(" ")[0] ?? binaries.version,
    lost,
    stop: () => (stopping ??= stopOnce()),
  };
  if (signal?.aborted) await server.stop();
  signal?.throwIfAborted();
  return server;
}
