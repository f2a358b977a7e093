// Says whether src/db/schema.sql is what the migrations add up to; `--write` makes it so.
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbedded } from "../src/db/embedded/start.ts";
import { migrate } from "../src/db/migrate.ts";
import { openDatabase } from "../src/db/pool.ts";
import { schemaText } from "../src/db/schema-dump.ts";

const FILE = fileURLToPath(new URL("../src/db/schema.sql", import.meta.url));

/** The schema's text after all migrations, on a server of its own that is gone afterwards. */
async function schemaOfMigrations(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-schema-"));
  await chmod(directory, 0o755);
  const log = { info: () => undefined, warn: (sentence: string) => console.error(sentence) };
  try {
    const server = await startEmbedded({ directory, log, durable: false });
    const database = openDatabase(server.address);
    try {
      await migrate(database.pool);
      return await schemaText(database.pool);
    } finally {
      await database.close();
      await server.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const text = await schemaOfMigrations();
if (process.argv.includes("--write")) await writeFile(FILE, text);
else if ((await readFile(FILE, "utf8").catch(() => "")) !== text) {
  console.error(
    "src/db/schema.sql is not what the migrations add up to. Run: npx tsx scripts/schema.ts --write",
  );
  process.exitCode = 1;
}
