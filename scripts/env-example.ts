// Says whether .env.example lists the settings of src/config/settings.ts; `--write` makes it so.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Setting, settings } from "../src/config/settings.ts";

const FILE = fileURLToPath(new URL("../.env.example", import.meta.url));

const HEAD = `# What Sluice reads from its environment; all of it is optional. A secret may also be given as NAME_FILE,
# the path of a file that holds it. Made from src/config/settings.ts: npx tsx scripts/env-example.ts --write
`;

function exampleOf({ name, description, default: value, secret }: Setting): string {
  const files = secret ? ` Or ${name}_FILE.` : "";
  return `\n# ${description}${files}\n# ${name}=${value ?? ""}\n`;
}

const text = HEAD + settings.map(exampleOf).join("");
if (process.argv.includes("--write")) await writeFile(FILE, text);
else if ((await readFile(FILE, "utf8").catch(() => "")) !== text) {
  console.error(
    ".env.example is not the list of src/config/settings.ts. Run: npx tsx scripts/env-example.ts --write",
  );
  process.exitCode = 1;
}
