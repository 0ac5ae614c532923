import { execFileSync } from "node:child_process";
import { defineConfig } from "@playwright/test";

// The mock server's port: a free one, so that another run on this machine is no
// reason to fail. Workers load this file again and find the choice in their environment.
process.env.RECADO_MOCK_PORT ??= execFileSync(process.execPath, [
  "-e",
  'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })',
])
  .toString()
  .trim();
const port = Number(process.env.RECADO_MOCK_PORT);

/** Debian's Chromium against the mock server; never a downloaded browser. */
export default defineConfig({
  testDir: "test/browser",
  outputDir: "test/results",
  workers: 1,
  timeout: 30_000,
  expect: { timeout: 15_000 }, // a test machine may be busy; what is there at once is seen at once
  retries: process.env.CI ? 1 : 0, // a second failure is one; a first is listed as flaky
  forbidOnly: true,
  reporter: "list",
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: "es-MX",
    timezoneId: "America/Mexico_City",
    viewport: { width: 390, height: 844 },
    launchOptions: {
      executablePath: process.env.RECADO_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: "node test/mock/main.mjs",
    env: { PORT: String(port) },
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
  },
});
