/**
 * Where a text stops being JSON: the index of the first character that cannot
 * stand there, the text's length when it only ends too early, null when it is
 * JSON. JSON.parse knows, and browsers do not agree on telling.
 */
export function jsonMistake(text: string): number | null {
  const closers: ("}" | "]")[] = [];
  let at = 0;
  let want: "value" | "first item" | "first key" | "key" | "after" = "value";
  for (;;) {
    at = skip(space, text, at);
    const char = text[at];
    const inside = closers.at(-1);
    if (want === "after") {
      if (inside === undefined) return char === undefined ? null : at;
      if (char === ",") want = inside === "}" ? "key" : "value";
      else if (char === inside) closers.pop();
      else return at;
      at++;
      continue;
    }
    if ((want === "first key" && char === "}") || (want === "first item" && char === "]")) {
      closers.pop();
      want = "after";
      at++;
      continue;
    }
    if (want === "key" || want === "first key") {
      const end = skip(string, text, at);
      if (end === at) return at;
      at = skip(space, text, end);
      if (text[at] !== ":") return at;
      want = "value";
      at++;
      continue;
    }
    if (char === "{" || char === "[") {
      closers.push(char === "{" ? "}" : "]");
      want = char === "{" ? "first key" : "first item";
      at++;
      continue;
    }
    const end = skip(scalar, text, at);
    if (end === at) return at;
    at = end;
    want = "after";
  }
}

const space = /[ \t\r\n]*/y;
const string = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const scalar = new RegExp(
  `true|false|null|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|${string.source}`,
  "uy",
);

/** The index behind what `pattern` matches at `at`; `at` itself when it does not. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
