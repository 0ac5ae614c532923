// Fails when a generated file of types is not what its source generates.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { current } from "./flow-types.mjs";

const dir = mkdtempSync(join(tmpdir(), "recado-types-"));
const stale = [];
try {
  const fresh = join(dir, "schema.ts");
  execFileSync("npx", ["--no-install", "openapi-typescript", "openapi.json", "-o", fresh], { stdio: "pipe" });
  if (readFileSync(fresh, "utf8") !== readFileSync("src/api/schema.gen.ts", "utf8"))
    stale.push("src/api/schema.gen.ts");
} finally {
  rmSync(dir, { recursive: true });
}
if (!(await current())) stale.push("src/flow/document.gen.ts");
for (const file of stale)
  console.error(`${file} is out of date: run \`npm run types\` in web/ and commit the result`);
if (stale.length > 0) process.exitCode = 1;
