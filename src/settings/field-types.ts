import { z } from "zod";

/** Type of a custom field. */
export const fieldType = z.enum(["text", "number", "boolean", "datetime", "teammate"]);
export type FieldType = z.infer<typeof fieldType>;

/** Target of a mapping: a custom field of a type, or a field that every account has. */
export const targetKind = z.enum([...fieldType.options, "domains", "description", "name"]);
export type TargetKind = z.infer<typeof targetKind>;

/** Front's own limit for a category of custom fields; more would make an account unreadable. */
export const MAX_CUSTOM_FIELDS = 50;
