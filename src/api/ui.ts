// Serves the built user interface: files with a hash in their name are cached for a year, the page
// is revalidated each time, and every path of the application gets that page.
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
  // A missing file is a 404: a browser that asks for a script of the previous version must not get a
  // page.
  server.get("/*", { exposeHeadRoute: true }, async (request, reply) => {
    const [path = ""] = request.url.split("?");
    if (path.startsWith("/api/") || /\.\w{1,8}$/.test(path)) return reply.callNotFound();
    return reply.type("text/html; charset=utf-8").header("cache-control", "no-cache").send(page);
  });
}
