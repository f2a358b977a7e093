// The contract as an OpenAPI 3.1 document. Its schemas are JSON Schema 2020-12, as zod generates
// them.
import { z } from "zod";
import { APP_PREFIX, errorAnswer, type Route } from "./contract/route.ts";
import type { Implementation } from "./implement.ts";

type Json = Record<string, unknown>;

export function openApiDocument(implementations: readonly Implementation[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const { route } of implementations) {
    const path = APP_PREFIX + route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Sluice, the web application",
      version,
      description:
        "What the pages of Sluice ask the server. It changes with them; programs use the Core API.",
    },
    paths,
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "sluice" },
        csrf: { type: "apiKey", in: "header", name: "x-sluice-csrf" },
      },
      schemas: { Error: schemaOf(errorAnswer, "output") },
    },
  };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    // In OpenAPI `readOnly` means that clients must not send the value; zod means that code does not
    // modify it.
    override: ({ jsonSchema }) => void delete jsonSchema.readOnly,
  });
  return json;
}

function operationOf(route: Route): Json {
  const isChange = route.method !== "GET";
  return {
    summary: route.summary,
    description: `Access: ${route.access}.`,
    parameters: [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")],
    ...(route.body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: schemaOf(route.body, "input") } },
      },
    }),
    responses: {
      ...answerOf(route),
      default: {
        description: "An error, with a sentence.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
    security: [{ ...(route.access !== "anyone" && { session: [] }), ...(isChange && { csrf: [] }) }],
  };
}

function parametersOf(schema: z.ZodObject | undefined, where: "path" | "query"): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, described]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    schema: described,
  }));
}

const PRODUCED_ANSWERS = {
  csv: ["200", "A CSV file.", "text/csv"],
  events: ["200", "Server-sent events.", "text/event-stream"],
  redirect: ["302", "A redirect.", undefined],
} as const;

function answerOf(route: Route): Json {
  if (route.produces) {
    const [status, description, type] = PRODUCED_ANSWERS[route.produces];
    return {
      [status]: { description, ...(type && { content: { [type]: { schema: { type: "string" } } } }) },
    };
  }
  if (route.answer === undefined) return { "204": { description: "Done." } };
  return {
    "200": {
      description: "Done.",
      content: { "application/json": { schema: schemaOf(route.answer, "output") } },
    },
  };
}
