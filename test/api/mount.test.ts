// An API of its own: each has a prefix, a contract and its own authentication.
import fastify from "fastify";
import { expect, test } from "vitest";
import { z } from "zod";
import { route } from "../../src/api/contract/route.ts";
import { implement, type Caller } from "../../src/api/implement.ts";
import { mountRoutes } from "../../src/api/mount.ts";

const rename = route({
  method: "POST",
  path: "/names/:id",
  access: "teammate",
  summary: "Renames.",
  params: z.object({ id: z.coerce.number() }),
  body: z.object({ name: z.string() }),
  answer: z.object({ id: z.number(), name: z.string() }),
});

const PROGRAM: Caller = { teammate: { id: 1, email: "program@ours.example", name: "", role: "teammate" } };

function mounted() {
  const server = fastify();
  server.decorateRequest("caller");
  mountRoutes(server, {
    prefix: "/api/core",
    contract: { rename },
    routes: [implement(rename, async ({ params: { id }, body: { name } }) => ({ id, name }))],
    authenticate: async ({ headers }) =>
      headers.authorization === "Bearer ours" ? PROGRAM : { teammate: null },
  });
  return (authorization: string) =>
    server.inject({
      method: "POST",
      url: "/api/core/names/7",
      headers: { authorization },
      payload: { name: "Acme" },
    });
}

test("a request with a token and no cookie needs no CSRF protection", async () => {
  const { statusCode, body } = await mounted()("Bearer ours");
  expect([statusCode, JSON.parse(body)]).toEqual([200, { id: 7, name: "Acme" }]);
});

test("a request without accepted credentials is refused", async () => {
  expect((await mounted()("Bearer theirs")).statusCode).toBe(401);
});

test("a route without implementation is reported before anything is served", () => {
  const api = { prefix: "/api/core", contract: { rename }, routes: [], authenticate: async () => PROGRAM };
  expect(() => mountRoutes(fastify(), api)).toThrow("rename has 0");
});
