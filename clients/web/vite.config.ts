import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  build: {
    target: "es2022",
    outDir: "../../src/talkoot/web/static",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // The policy of the server allows no data: fonts or styles; small files are files too.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      input: { index: "index.html", docs: "docs/index.html", worker: "src/worker.ts" },
      // A browser looks for a newer worker under the same name.
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8000", ws: true } } },
  // The files share one page and its modules: to make them anew for each costs more than the tests.
  test: { environment: "jsdom", include: ["src/**/*.test.ts"], isolate: false },
});
