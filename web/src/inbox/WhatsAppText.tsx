import { type Piece, parseWhatsApp } from "../format/whatsappText";
import classes from "./Bubble.module.css";

/**
 * A text as WhatsApp draws it. Given `slot`, a flow's {{ expressions }} become
 * chips with the name that it returns for each.
 */
export function WhatsAppText({ text, slot }: { text: string; slot?: (expression: string) => string }) {
  return parseWhatsApp(text, slot !== undefined).map((piece, i) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
    return <Drawn key={i} piece={piece} slot={slot} />;
  });
}

function Drawn({ piece, slot }: { piece: Piece; slot: ((expression: string) => string) | undefined }) {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "bold":
      return <strong>{piece.text}</strong>;
    case "italic":
      return <em>{piece.text}</em>;
    case "strike":
      return <s>{piece.text}</s>;
    case "code":
      return <code>{piece.text}</code>;
    case "slot":
      return (
        <span className={classes.slot} title={piece.text}>
          {slot?.(piece.text) ?? piece.text}
        </span>
      );
    case "link":
      return (
        <a href={piece.href} target="_blank" rel="noreferrer noopener nofollow">
          {piece.text}
        </a>
      );
  }
}
