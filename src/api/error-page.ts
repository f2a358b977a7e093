// An error as an HTML page, for a person who followed a link (a download, the redirect from
// Microsoft) and would otherwise see JSON.
import type { ErrorAnswer } from "./contract/route.ts";
import { htmlPage, escapeHtml } from "./html.ts";

export function errorPage({ code, sentence, requestId }: ErrorAnswer["error"]): string {
  const next = code === "signed-out" ? ["/sign-in", "Sign in"] : ["/", "Go to Sluice"];
  return htmlPage(
    "This did not work",
    `<p>${escapeHtml(sentence)}</p>
<p><a href="${next[0]}">${next[1]}</a></p>
<p><small>${escapeHtml(code)} · request ${escapeHtml(requestId)}</small></p>`,
  );
}
