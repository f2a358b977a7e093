import { z } from "zod";

/** What a custom field can hold. */
export const fieldType = z.enum(["text", "number", "boolean", "datetime", "teammate"]);
export type FieldType = z.infer<typeof fieldType>;

/** What a column can be mapped to: a custom field of a type, or one of the fields that every account has. */
export const targetKind = z.enum([...fieldType.options, "domains", "description", "name"]);
export type TargetKind = z.infer<typeof targetKind>;

/** Front's own limit for a category of custom fields; more would make no readable account. */
export const MAX_CUSTOM_FIELDS = 50;
