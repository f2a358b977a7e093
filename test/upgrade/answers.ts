// What the pages of an installation show, as the answers of the API by path.
import type { Browser } from "../harness/web.ts";
import type { Installation } from "./installation.ts";

export type Answers = Readonly<Record<string, unknown>>;

const PATHS = ["/connection", "/accounts?limit=200", "/issues", "/runs?limit=100"];
const MORE_PATHS = [
  "/teammates",
  "/fields",
  "/settings/domains",
  "/settings/excluded",
  "/connection/recipients",
  "/sync-state",
  "/issues/kinds",
  "/mail",
  "/accounts/count",
];

/** The newest runs are asked for in detail, unless everything is. */
const LATEST = 2;

export type Scope = {
  /** The simulator's host and port, which differ each time. */
  readonly simulator: string;
  /** Every run and every account in detail, and all settings: some hundred requests. */
  readonly everything: boolean;
};

/** By path. "versions" is no path: an account's version counts all writes to the account. */
export async function collectAnswers(
  { browser, database }: Installation,
  token: string,
  { simulator, everything }: Scope,
): Promise<Answers> {
  const dana = browser(token);
  const answers: Record<string, unknown> = {};
  const ask = async (...paths: readonly string[]): Promise<void> => {
    for (const path of paths) answers[path] = await answerOf(dana, path);
  };
  await ask(...PATHS, ...(everything ? MORE_PATHS : []));
  const runs = idsIn(answers["/runs?limit=100"], "runs");
  for (const id of everything ? runs : runs.slice(0, LATEST)) {
    await ask(`/runs/${id}`, `/runs/${id}/changes?limit=200`, `/runs/${id}/problems`, `/runs/${id}/issues`);
  }
  for (const id of everything ? idsIn(answers["/accounts?limit=200"], "accounts") : []) {
    await ask(`/accounts/${id}`, `/accounts/${id}/history`);
  }
  const { rows } = await database.pool.query("select id, version from accounts order by id");
  const text = JSON.stringify({ ...answers, versions: rows });
  return JSON.parse(text.replaceAll(simulator, "{simulator}"));
}

async function answerOf(browser: Browser, path: string): Promise<unknown> {
  const { status, text, body } = await browser.get(path);
  if (status !== 200) throw new Error(`${path}: ${text}`);
  return body;
}

function idsIn(answer: unknown, key: string): number[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a list of things that have ids
  return (answer as Record<string, readonly { readonly id: number }[]>)[key]!.map(({ id }) => id);
}
