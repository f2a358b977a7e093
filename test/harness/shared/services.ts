// Services that all test files of a run share: a PostgreSQL server, the installed command, the
// built pages. Vitest loads this file once a run, in its main process (globalSetup); each service
// starts at the first request for it.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { notRun, projects } from "../../projects.ts";
import { isFull } from "../counts.ts";
import { startDatabases } from "./databases.ts";
import { installCommand } from "./installation.ts";
import { buildSharedPages } from "./pages.ts";
import type { SharedService } from "./shared-service.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The address of the services; `request.ts` is the client. */
    sharedServices: string;
  }
}

const STARTERS: Readonly<Record<string, () => Promise<SharedService>>> = {
  command: installCommand,
  database: startDatabases,
  pages: buildSharedPages,
};

const started = new Map<string, Promise<SharedService>>();

async function answer(name: string): Promise<unknown> {
  const start = STARTERS[name];
  if (!start) throw new Error(`There is no shared service ${name}.`);
  const service = started.get(name) ?? start();
  started.set(name, service);
  return (await service).get();
}

async function serve(name: string, response: ServerResponse): Promise<void> {
  try {
    response.end(JSON.stringify(await answer(name)));
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
}

/** Vitest calls this before all files, and the function it returns after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = createServer((request, response) => void serve(request.url?.slice(1) ?? "", response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has an AddressInfo
  const { port } = server.address() as AddressInfo;
  project.provide("sharedServices", `http://127.0.0.1:${port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    for (const service of started.values()) await (await service.catch(() => undefined))?.close();
    for (const sentence of notRun(projects(isFull))) console.log(sentence);
  };
}
