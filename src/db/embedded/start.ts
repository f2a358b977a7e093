// PostgreSQL without an administrator: finds programs that run here (an npm package brings them), makes a
// data folder, starts the server on a socket that only we reach, and holds a lock so that one process at a
// time uses it. A server that outlived a killed process is found by its pid file and used again.
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
  /** Everything is kept in `<directory>/postgres`; see openHome for root under a closed directory. */
  directory: string;
  log: ServerLog;
  /** false trades safety against power loss for speed; for tests. Default true. */
  durable?: boolean;
  /** A folder of PostgreSQL programs to use instead of looking for some. */
  binaries?: string;
  /** Ends the start, however long a recovery takes; the server that was started for it is stopped. */
  signal?: AbortSignal | undefined;
};

export type EmbeddedServer = {
  /** For pg: a Unix socket's folder as host, and a database called sluice. */
  address: ServerAddress & { database: string; ssl: false };
  /** As the server says it, such as 18.4. */
  version: string;
  /** Resolves if the server ends, or is taken by somebody else, without having been stopped here: with a sentence. */
  lost: Promise<Error>;
  /** Stops the server (PostgreSQL's fast shutdown) and waits until it has; a second call waits with the first. */
  stop(): Promise<void>;
};

type OwnedServer = {
  postmaster: Postmaster;
  owner: Client;
  address: ServerAddress;
  /** When the owner's session is, for whatever reason. */
  sessionEnded: Promise<void>;
};

const POLL_MS = 20;
const LOG_INTERVAL_MS = 10_000;
const FAST_SHUTDOWN_TIMEOUT_MS = 60_000;

/** Connects as soon as the server lets us, however long its recovery takes; none if it ends instead. */
async function connectWhenReady(
  data: string,
  password: string,
  isAlive: () => boolean,
  { log, signal }: EmbeddedOptions,
): Promise<OwnedServer | undefined> {
  for (let waited = 0; ; waited += POLL_MS) {
    signal?.throwIfAborted();
    // Before the look, so that a server that ends between the two is looked at once more.
    const alive = isAlive();
    const postmaster = await findPostmaster(data);
    if (postmaster?.socketFolder) {
      const address = {
        host: postmaster.socketFolder,
        port: postmaster.port,
        user: USER,
        password: password,
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
    // Referenced again, or nothing would keep this process here until it has ended.
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

/** It takes its pid file away before it ends. */
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
 * After a crash PostgreSQL ends every session and recovers by itself, and then nobody owns it: so it is owned anew, as often as
 * that happens. @returns why it cannot be owned any more. @throws the signal's reason
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
    `PostgreSQL ended in ${home.path}, and Sluice cannot go on without it. ${remedy} Sluice again; what was committed is not lost. Its log says: ${words}`,
  );
}

function sendSignal(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Starts, or finds and takes over, the server of `directory`. Throws a sentence when another process has it or it cannot run. */
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
  // A program that ends by an exception leaves no server behind; kill -9 does, and the next start finds it.
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
      // Its number may be another process's by now, and a server in its place is somebody else's.
      isLost = true;
      process.off("exit", onExit);
      return error;
    });

  async function stopOnce(): Promise<void> {
    stopped.abort();
    // The lock is kept to the end: nobody takes over a server that is going away.
    if (!isLost) {
      sendSignal("SIGINT", running.postmaster.pid);
      await waitForExit(dataFolder(home), running.postmaster, options.log);
    }
    process.off("exit", onExit);
    await running.owner.end().catch(() => undefined);
    // The one in /tmp for long paths; the server has taken its socket away.
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
