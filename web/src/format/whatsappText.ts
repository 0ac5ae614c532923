/**
 * WhatsApp's own marks (*bold*, _italic_, ~strike~, ```code```, links) and the
 * flow's {{ expressions }}, as a list of pieces to draw. Pieces, not HTML: what
 * customers write is never parsed as markup.
 */
export type Piece =
  | { kind: "text" | "bold" | "italic" | "strike" | "code"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "slot"; text: string };

const marks = { "*": "bold", _: "italic", "~": "strike" } as const;

const token =
  /```([\s\S]+?)```|\{\{\s*([\s\S]+?)\s*\}\}|(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\4(?![\p{L}\p{N}])/gu;

export function parseWhatsApp(source: string, slots = false): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  const plain = (text: string) => {
    const last = pieces.at(-1);
    if (text === "") return;
    if (last?.kind === "text") last.text += text;
    else pieces.push({ kind: "text", text });
  };
  for (const match of source.matchAll(token)) {
    plain(source.slice(end, match.index));
    end = match.index + match[0].length;
    const [whole, code, slot, link, mark, marked] = match;
    if (code !== undefined) pieces.push({ kind: "code", text: code });
    else if (slot !== undefined && slots) pieces.push({ kind: "slot", text: slot });
    else if (link !== undefined) pieces.push({ kind: "link", text: link, href: link });
    else if (mark !== undefined && marked !== undefined && !(slots && marked.includes("{{"))) {
      pieces.push({ kind: marks[mark as keyof typeof marks], text: marked });
    } else if (mark !== undefined && marked !== undefined) {
      // A mark around a slot: "*{{ folio }}*". The slot is what matters.
      for (const inner of parseWhatsApp(marked, slots)) {
        if (inner.kind === "text") plain(inner.text);
        else pieces.push(inner);
      }
    } else plain(whole);
  }
  plain(source.slice(end));
  return pieces;
}
