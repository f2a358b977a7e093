// The web application for a test: the real server on 127.0.0.1 with a database of its own, a simulated Dynamics 365, a clock
// that stands still, and people of every role who are signed in as a browser is: a cookie, and a CSRF token sent back.
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
  /** The answer's JSON; undefined if it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects of it
  readonly body: any;
};

export type Browser = {
  /** `path` under /api/app, or from the root if it begins with "//". */
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
  /** The value of the cookie; follows what the server sets. */
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
  /** What the server's router holds, printed. */
  readonly routeTree: string;
  /** What the server has logged, a JSON line each. */
  readonly logged: readonly string[];
  /** A browser of somebody with that role: <role>@ourcompany.example, made when first asked for. */
  readonly as: (person: Person) => Promise<Browser>;
  /** The teammate behind `as(role)`. */
  readonly idOf: (role: Role) => Promise<number>;
  /** Stops the server before the test is over. */
  readonly stop: () => Promise<void>;
};

export type WebOptions = RunOptions & {
  /** Settings of the environment besides those of a test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directory of a built user interface. */
  readonly ui?: string;
  /** Default: a fixed morning in March 2026. */
  readonly now?: () => Date;
};

/** Called at the top of a file it lives as long as the file, inside a test as long as the test. */
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
  // It takes what is asked for; the schedule is for a test that has a worker of its own.
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

/** A browser with this cookie, at its first page. */
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
