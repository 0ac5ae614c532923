// Fails when the JavaScript that the first page needs grows past its budget.
// "Needs" is what index.html names: the entry and its preloaded static imports.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const budget = 200 * 1024; // bytes, gzipped: about one second on a slow 3G phone's warm line

const html = readFileSync("dist/index.html", "utf8");
const scripts = [...html.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map((m) => m[1]);
const sizes = scripts.map((s) => [s, gzipSync(readFileSync(join("dist", s)), { level: 9 }).length]);
const total = sizes.reduce((sum, [, n]) => sum + n, 0);

for (const [script, size] of sizes) console.log(`${String(size).padStart(8)} ${script}`);
console.log(`${String(total).padStart(8)} bytes gzipped on first load, budget ${budget}`);
if (total > budget) {
  console.error("the first load is over its budget: load something lazily");
  process.exitCode = 1;
}
