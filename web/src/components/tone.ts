// The four tones of the product: what was added, changed, skipped, or failed.
export type Tone = "added" | "changed" | "skipped" | "failed";
