// An HTML page that lists every route with who may call it.
import { APP_PREFIX } from "./contract/route.ts";
import { escapeHtml, htmlPage } from "./html.ts";
import type { Implementation } from "./implement.ts";

export function docsPage(implementations: readonly Implementation[]): string {
  const rows = implementations.map(
    ({ route }) =>
      `<tr><td><code>${route.method}</code></td><td><code>${escapeHtml(APP_PREFIX + route.path)}</code></td>` +
      `<td>${route.access}</td><td>${escapeHtml(route.summary)}</td></tr>`,
  );
  return htmlPage(
    "What the server answers",
    `<p>The whole of it, with every field: <a href="${APP_PREFIX}/openapi.json">OpenAPI 3.1</a>. Signing in sets a cookie; requests that
change something also need the header <code>x-sluice-csrf</code> with the token of <code>GET ${APP_PREFIX}/session</code>.
An error is <code>{ "error": { code, sentence, field?, requestId } }</code>.</p>
<table>
<tr><th>Method</th><th>Path</th><th>Access</th><th>What it does</th></tr>
${rows.join("\n")}
</table>`,
  );
}
