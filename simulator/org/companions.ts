// Defines the companion columns that Dataverse adds with a new column: names of choices and
// lookups, parts of images, the name of a file.
import { column, companion, guid, isLookup, text, type Column } from "./columns.ts";

const PART_PROPERTIES = { logical: true, create: false, update: false, custom: true } as const;
/** Tables whose names, and the lookups to them, have a phonetic (yomi) companion. */
const TABLES_WITH_YOMI = new Set(["account", "contact", "systemuser", "team"]);

export function companionsOf(main: Column): Column[] {
  const { schemaName, logicalName } = main;
  if (main.choices) return [companion(main)];
  if (isLookup(main.type)) return lookupCompanions(main);
  if (main.type === "File") {
    return [text(`${schemaName}_Name`, 200, "Text", { ...PART_PROPERTIES, attributeOf: logicalName })];
  }
  if (main.type !== "Image") return [];
  const part = { ...PART_PROPERTIES, attributeOf: `${logicalName}id` };
  return [
    guid(`${schemaName}Id`, { create: false, update: false, custom: true }),
    column({ schemaName: `${schemaName}_Timestamp`, type: "BigInt", ...part }),
    text(`${schemaName}_URL`, 200, "Url", part),
  ];
}

function lookupCompanions(main: Column): Column[] {
  const named = [companion(main, `${main.schemaName}Name`, "String")];
  if (main.targets?.some((target) => TABLES_WITH_YOMI.has(target))) {
    named.push(companion(main, `${main.schemaName}YomiName`, "String"));
  }
  if (main.type !== "Lookup") named.push(companion(main, `${main.schemaName}Type`, "EntityName"));
  return named;
}

/** What a companion shows of its main column. */
export function companionShows({ type, logicalName }: Column): "name" | "yomi" | "table" {
  if (type === "EntityName") return "table";
  return logicalName.endsWith("yominame") ? "yomi" : "name";
}

/** Whether a column is removed together with `deleted`. */
export function belongsTo(one: Column, deleted: Column): boolean {
  const { logicalName, type } = deleted;
  const owners = type === "Image" ? [logicalName, `${logicalName}id`] : [logicalName];
  return (
    owners.includes(one.attributeOf ?? "") ||
    (type === "Image" && one.logicalName === `${logicalName}id`) ||
    one.calculationOf === logicalName
  );
}
