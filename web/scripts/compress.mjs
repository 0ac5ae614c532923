// Writes the compressed forms of every text asset beside it, app.js.br and
// app.js.gz, so that the server compresses nothing. A form that does not save
// anything is left out.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist", import.meta.url).pathname;
const forms = {
  ".br": (body) =>
    brotliCompressSync(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  ".gz": (body) => gzipSync(body, { level: 9 }),
};

for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name);
  if (/\.(br|gz)$/.test(name)) {
    rmSync(path);
    continue;
  }
  if (!/\.(js|css|html|svg|json|webmanifest|txt)$/.test(name) || statSync(path).size < 1024) continue;
  const body = readFileSync(path);
  for (const [ending, compress] of Object.entries(forms)) {
    const small = compress(body);
    if (small.length < body.length) writeFileSync(path + ending, small);
  }
}
