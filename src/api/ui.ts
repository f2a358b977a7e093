// The built user interface: files whose names carry a hash are kept for a year, the page itself is asked for each time,
// and every address that is a page of the application gets that page.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import files from "@fastify/static";
import type { FastifyInstance } from "fastify";

export async function serveUi(server: FastifyInstance, directory: string): Promise<void> {
  const page = await readFile(join(directory, "index.html"), "utf8");
  await server.register(files, {
    root: directory,
    wildcard: false,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(directory, "assets"));
      reply.setHeader("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  // A missing file is told as missing: a browser that asks for a script of the last version must not get a page.
  server.get("/*", { exposeHeadRoute: true }, async (request, reply) => {
    const [path = ""] = request.url.split("?");
    if (path.startsWith("/api/") || /\.\w{1,8}$/.test(path)) return reply.callNotFound();
    return reply.type("text/html; charset=utf-8").header("cache-control", "no-cache").send(page);
  });
}
