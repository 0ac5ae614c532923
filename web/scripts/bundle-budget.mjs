// Fails when the JavaScript of the first page grows past its budget: what
// index.html names, the sign-in page and the Spanish dictionary, with everything
// that these import statically. A page that needs something heavy loads it later.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budget = 200 * 1024; // bytes, gzipped: about a second on a middling phone's connection

const assets = readdirSync("dist/assets");
const named = [...readFileSync("dist/index.html", "utf8").matchAll(/\/assets\/([^"]+\.js)/g)].map(
  (m) => m[1],
);
const queue = [...named, ...assets.filter((name) => /^(login|es)-.*\.js$/.test(name))];
const sizes = new Map();

for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
  if (sizes.has(name)) continue;
  const code = readFileSync(`dist/assets/${name}`, "utf8");
  sizes.set(name, gzipSync(code, { level: 9 }).length);
  for (const [, imported] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
    queue.push(imported);
}

const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
for (const [name, size] of [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 8)) {
  console.log(`${String(size).padStart(8)} ${name}`);
}
console.log(
  `${String(total).padStart(8)} bytes of gzipped JavaScript in ${sizes.size} files on first load, budget ${budget}`,
);
if (total > budget) {
  console.error("the first load is over its budget: load something lazily");
  process.exitCode = 1;
}
