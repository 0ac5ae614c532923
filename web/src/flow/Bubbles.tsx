import { BubbleFrame } from "../inbox/Bubble";
import { kindLabel } from "../inbox/preview";
import { WhatsAppText } from "../inbox/WhatsAppText";
import type { Bubble, Say } from "./document";
import classes from "./Flow.module.css";
import { useScript } from "./ScriptContext";
import { slotText } from "./sentences";

/** What the shop says, drawn as the customer sees it. */
export function Bubbles({ say }: { say: Say | undefined }) {
  if (say === undefined) return null;
  const bubbles = typeof say === "string" ? [say] : say;
  return (
    <div className={classes.bubbles}>
      {bubbles.map((bubble, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a published flow never changes
        <BubbleFrame key={i} side="in" grouped={i > 0}>
          <BubbleBody bubble={bubble} />
        </BubbleFrame>
      ))}
    </div>
  );
}

function BubbleBody({ bubble }: { bubble: Bubble }) {
  const { words } = useScript();
  const { t } = words;
  const slot = (expression: string) => slotText(words, expression);
  if (typeof bubble === "string") return <WhatsAppText text={bubble} slot={slot} />;
  if ("media" in bubble) {
    const { kind, asset, url, caption, filename } = bubble.media;
    return (
      <>
        <strong>{kindLabel(t, kind)}</strong>
        <span className={classes.file}>{filename ?? asset ?? url}</span>
        {caption ? <WhatsAppText text={caption} slot={slot} /> : null}
      </>
    );
  }
  if ("location" in bubble) {
    const { name, address, lat, lng } = bubble.location;
    return (
      <>
        <strong>{kindLabel(t, "location")}</strong>
        <span className={classes.file}>{[name, address].filter(Boolean).join(", ") || `${lat}, ${lng}`}</span>
      </>
    );
  }
  return (
    <>
      <strong>{kindLabel(t, "contact")}</strong>
      <span className={classes.file}>
        {bubble.contact.name} · {bubble.contact.phone}
      </span>
    </>
  );
}
