// A refusal for a person who followed a link (a download, the way back from Microsoft) and would else look at JSON.
import type { Refusal } from "./contract/route.ts";
import { htmlPage, escaped } from "./html.ts";

export function refusalPage({ code, sentence, requestId }: Refusal["error"]): string {
  const next = code === "signed-out" ? ["/sign-in", "Sign in"] : ["/", "Go to Sluice"];
  return htmlPage(
    "This did not work",
    `<p>${escaped(sentence)}</p>
<p><a href="${next[0]}">${next[1]}</a></p>
<p><small>${escaped(code)} · request ${escaped(requestId)}</small></p>`,
  );
}
