// Builds the browser application into dist/web. For development, `npx vite web` serves it beside a
// running server.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    // The first browsers with light-dark(). For older ones the build would rewrite our tokens into
    // a form that Mantine's colour scheme does not reach.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Runs chunks in the order of their imports, so that no-eval.ts is first.
    rolldownOptions: { output: { strictExecutionOrder: true } },
    reportCompressedSize: false,
    // Every page loads 260 kB compressed, from chunks of at most 376 kB uncompressed.
    chunkSizeWarningLimit: 400,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8377" } },
});
