// The browser application, built into dist/web. `npx vite web` serves it while one works on it, with the API of a
// server started beside it.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    // The first browsers with light-dark(): an older target would rewrite our tokens into a form that Mantine's switch of
    // the colour scheme does not reach.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Chunks run in the order of their imports, so that no-eval.ts is before the first schema.
    rolldownOptions: { output: { strictExecutionOrder: true } },
    reportCompressedSize: false,
    // What every page needs is 260 kB compressed, in chunks of at most 376 kB before.
    chunkSizeWarningLimit: 400,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8377" } },
});
