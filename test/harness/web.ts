// The web application for a test: the real server on 127.0.0.1 with a database of its own, a
// simulated Dynamics 365, a settable clock, and clients of every role that are signed in as a
// browser is: they have a cookie, and send the CSRF token back.
import { runSimulator, type RunningSimulator, type RunOptions } from "../../simulator/main.ts";
import { startSession } from "../../src/access/sessions.ts";
import { csrfTokenOf, newToken } from "../../src/access/tokens.ts";
import type { Role } from "../../src/api/contract/session.ts";
import type { Implementation } from "../../src/api/implement.ts";
import { buildWebApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import type { Runner } from "../../src/jobs/runner.ts";
import { startWorker } from "../../src/jobs/worker.ts";
import { createSettableClock, type SettableClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import type { NotifyDeps } from "../../src/notify/notify.ts";
import { registerCleanup } from "./cleanup.ts";
import { testDatabase, type TestDatabase } from "./database.ts";

const NEVER_POLLS_MS = 24 * 3_600_000;

export type Person = Role | "signed-out";

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed JSON; undefined if the answer is not JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects of it
  readonly body: any;
};

export type Browser = {
  /** `path` is below /api/app, or from the root if it begins with "//". */
  readonly request: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body?: unknown) => Promise<Answer>;
  readonly put: (path: string, body?: unknown) => Promise<Answer>;
  readonly patch: (path: string, body?: unknown) => Promise<Answer>;
  readonly delete: (path: string) => Promise<Answer>;
  /** The value of the session cookie, as the server last set it. */
  cookie: string;
};

export type WebWorkspace = {
  readonly origin: string;
  readonly database: TestDatabase;
  readonly simulator: RunningSimulator;
  readonly clock: SettableClock;
  readonly routes: readonly Implementation[];
  readonly runner: Runner;
  readonly notify: NotifyDeps;
  /** All routes of the server, as fastify prints them. */
  readonly routeTree: string;
  /** The log of the server, one JSON line each. */
  readonly logged: readonly string[];
  /**
   * Returns a browser of the teammate <role>@ourcompany.example, who is created on the first call.
   */
  readonly as: (person: Person) => Promise<Browser>;
  /** Returns the id of the teammate that `as(role)` signs in. */
  readonly idOf: (role: Role) => Promise<number>;
  /** Stops the server before the end of the test. */
  readonly stop: () => Promise<void>;
};

export type WebOptions = RunOptions & {
  /** Environment settings that replace or add to those of a test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directory of a built user interface. */
  readonly ui?: string;
  /** Default: a fixed morning in March 2026. */
  readonly now?: () => Date;
};

/** Starts the application; it stops after the running test, or after the file if no test runs. */
export async function webWorkspace({ env, ui, ...simulated }: WebOptions = {}): Promise<WebWorkspace> {
  const database = await testDatabase();
  const clock = createSettableClock("2026-03-02T09:00:00Z");
  const simulator = await runSimulator({
    redirectUris: [
      "http://127.0.0.1/api/app/connection/return",
      "http://127.0.0.1/api/app/session/microsoft/return",
    ],
    ...simulated,
  });
  registerCleanup(() => simulator.close());
  const logged: string[] = [];
  const log = createLog({ level: "info", destination: { write: (line) => void logged.push(line) } });
  const config = readConfig({
    SLUICE_SIMULATOR: simulator.origin,
    SLUICE_KEY: "00".repeat(32),
    SLUICE_DYNAMICS_CLIENT_ID: simulator.clientId,
    SLUICE_DYNAMICS_CLIENT_SECRET: simulator.clientSecret,
    ...env,
  });
  let origin = "";
  const web = await buildWebApp({ config, database, clock, log }, () => config.publicUrl ?? origin, ui);
  origin = await web.server.listen({ host: "127.0.0.1", port: 0 });
  registerCleanup(() => web.close());
  // This worker takes requested runs at once but never polls; a test of the schedule starts its own.
  const worker = startWorker({ database, clock, log, runner: web.runner, periodicTasks: [] }, NEVER_POLLS_MS);
  registerCleanup(() => worker.close());

  const idOf = async (role: Role): Promise<number> => {
    const email = `${role}@ourcompany.example`;
    const made = await database.kysely
      .insertInto("teammates")
      .values({ email, name: role, role, state: "active" })
      .onConflict((conflict) => conflict.column("email").doUpdateSet({ email }))
      .returning("id")
      .executeTakeFirstOrThrow();
    return made.id;
  };
  const as = async (person: Person): Promise<Browser> => {
    if (person === "signed-out") return browserAt(origin, newToken());
    return browserAt(origin, await startSession(database.kysely, await idOf(person), clock.now()));
  };
  return {
    origin,
    database,
    simulator,
    clock,
    routes: web.routes,
    runner: web.runner,
    notify: web.notify,
    routeTree: web.server.printRoutes({ commonPrefix: false }),
    logged,
    as,
    idOf,
    stop: async () => {
      await worker.close();
      await web.close();
    },
  };
}

const COOKIE = /^((?:__Host-)?sluice)=([\w-]+)/;

/** Returns a client that sends this session cookie and its CSRF token, as a browser does. */
export function browserAt(origin: string, cookie: string, cookieName = "sluice"): Browser {
  const browser: Browser = {
    cookie,
    async request(method, path, body, headers = {}) {
      const response = await fetch(origin + (path.startsWith("//") ? path.slice(1) : `/api/app${path}`), {
        method,
        redirect: "manual",
        headers: {
          cookie: `${cookieName}=${browser.cookie}`,
          "x-sluice-csrf": csrfTokenOf(browser.cookie),
          "sec-fetch-site": "same-origin",
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      for (const line of response.headers.getSetCookie())
        browser.cookie = COOKIE.exec(line)?.[2] ?? browser.cookie;
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson && text !== "" ? JSON.parse(text) : undefined,
      };
    },
    get: (path) => browser.request("GET", path),
    post: (path, body) => browser.request("POST", path, body),
    put: (path, body) => browser.request("PUT", path, body),
    patch: (path, body) => browser.request("PATCH", path, body),
    delete: (path) => browser.request("DELETE", path),
  };
  return browser;
}
