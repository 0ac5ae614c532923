import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { routes } from "./scripts/routes.config.mjs";

// The server behind `npm run dev`: the real binary, or the mock (npm run mock).
const backend = process.env.RECADO_DEV_BACKEND ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [tanstackRouter(routes), react()],
  build: {
    target: "es2022",
    // Sources are public; maps would double what the binary embeds.
    sourcemap: false,
    // Everything small stays a file: the content security policy has no data: scripts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // What most pages share comes in one file instead of thirty of a few hundred bytes.
        codeSplitting: { groups: [{ name: "shared", minShareCount: 6 }] },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    fs: { allow: [".", "../internal/i18n"] }, // the server's sentences
    proxy: {
      "/api": backend,
      "/socket.io": { target: backend, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/app/testing.ts"],
    restoreMocks: true,
  },
});
