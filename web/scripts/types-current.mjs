// Fails when src/api/schema.gen.ts is not what openapi.json generates.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const dir = mkdtempSync(join(tmpdir(), "recado-types-"));
try {
  const fresh = join(dir, "schema.ts");
  execFileSync("npx", ["--no-install", "openapi-typescript", "openapi.json", "-o", fresh], { stdio: "pipe" });
  if (readFileSync(fresh, "utf8") !== readFileSync("src/api/schema.gen.ts", "utf8")) {
    console.error("src/api/schema.gen.ts is out of date: run `npm run types` in web/ and commit the result");
    process.exitCode = 1;
  }
} finally {
  rmSync(dir, { recursive: true });
}
