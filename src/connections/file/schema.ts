// The schema of a connection file. Objects are strict, because a misspelt option must not be
// ignored silently.
import { z } from "zod";
import { registrableHost } from "../../accounts/domains/parse.ts";
import { isBlank } from "../../lib/invisible-characters.ts";
import { brakeInput } from "../../settings/brake.ts";
import { fieldType } from "../../settings/field-types.ts";
import { labelLanguageInput } from "../../settings/label-language.ts";
import { scheduleInput } from "../../settings/schedule.ts";
import { syncOptions } from "../../settings/sync-settings.ts";

const SECRET_RULE =
  "secrets are named here and never written: use { env: NAME_OF_AN_ENVIRONMENT_VARIABLE }, in capital letters";

/**
 * The name in `{ env: NAME }`. Capitals only, because a secret in place of the name would be shown
 * as a variable that is not set.
 */
function environmentName(written: unknown): string | undefined {
  const name = singleValue(written, "env");
  return name !== undefined && /^[A-Z_][A-Z0-9_]*$/.test(name) ? name : undefined;
}

/** `{ env: NAME }`. Validated by hand, because zod's message could quote the value. */
const environmentSecret = z.unknown().transform((written, context): { env: string } => {
  const name = environmentName(written);
  if (name !== undefined) return { env: name };
  context.addIssue({ code: "custom", message: SECRET_RULE });
  return z.NEVER;
});

const refreshTokenSource = z.unknown().transform((written, context): { env: string } | { file: string } => {
  const file = singleValue(written, "file");
  if (file !== undefined && file !== "") return { file };
  const name = environmentName(written);
  if (name !== undefined) return { env: name };
  context.addIssue({ code: "custom", message: `${SECRET_RULE}, or { file: path }` });
  return z.NEVER;
});

function singleValue(written: unknown, key: string): string | undefined {
  if (typeof written !== "object" || written === null) return undefined;
  const [entry, ...others] = Object.entries(written);
  if (others.length > 0 || entry?.[0] !== key) return undefined;
  const value: unknown = entry[1];
  return typeof value === "string" ? value : undefined;
}

const text = z.string().trim().min(1);
const column = text;
const fieldName = text.refine((name) => !isBlank(name));

const domain = z
  .string()
  .trim()
  .regex(/^[^\s@/:.]+(?:\.[^\s@/:.]+)+$/, "write a bare domain, such as example.com")
  // Runs compare hosts in their ASCII form, so lists hold that form: bücher.de would match nothing.
  .transform((written, context) => {
    const host = registrableHost(written);
    if (host !== undefined) return host;
    const message = "nobody can own this domain; write one such as example.com";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });

const address = text.refine(
  (value) => !value.includes("@"),
  "leave user names and passwords out of the address",
);

const signIn = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("client-credentials"),
    tenant: text.optional(),
    clientId: text,
    clientSecret: environmentSecret,
  }),
  z.strictObject({
    kind: z.literal("refresh-token"),
    tenant: text.optional(),
    clientId: text,
    clientSecret: environmentSecret.optional(),
    refreshToken: refreshTokenSource,
  }),
]);

const mapping = z.strictObject({
  name: column.default("name"),
  description: column.optional(),
  domains: z.array(column).default([]),
  fields: z.record(fieldName, z.strictObject({ column, type: fieldType })).default({}),
});

export const connectionSchema = z.strictObject({
  address,
  signIn,
  selection: z.union([z.literal("all"), z.strictObject({ view: text })], {
    error: 'write "all", or { view: "its name or id" }',
  }),
  mapping: mapping.prefault({}),
  options: syncOptions.strict().prefault({}),
  labelLanguage: labelLanguageInput.optional(),
  schedule: scheduleInput.prefault({}),
  brake: brakeInput.prefault({}),
  ownDomains: z.array(domain).default([]),
  commonDomains: z
    .strictObject({ add: z.array(domain).default([]), remove: z.array(domain).default([]) })
    .prefault({}),
  teammates: z.array(z.strictObject({ email: z.email().trim(), name: text.optional() })).default([]),
});
