import { useTranslation } from "react-i18next";
import classes from "./Bubble.module.css";

const known = ["queued", "sending", "sent", "delivered", "read", "failed", "dropped"] as const;

/** How far a message of ours got, as WhatsApp shows it, and in words for who listens. */
export function Ticks({ status }: { status: string | undefined }) {
  const { t } = useTranslation();
  const at = known.find((s) => s === status);
  if (!at) return null;
  const label = t(`inbox.status.${at}`);
  if (at === "failed" || at === "dropped") {
    return (
      <span className={classes.failed} role="img" aria-label={label} title={label}>
        !
      </span>
    );
  }
  const waits = at === "queued" || at === "sending";
  return (
    <svg
      className={classes.ticks}
      data-read={at === "read" || undefined}
      width="18"
      height="12"
      viewBox="0 0 18 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {waits ? (
        <path d="M9 1.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM9 3.500V6l1.700 1.200" />
      ) : at === "sent" ? (
        <path d="M4 6.500l3 3L13.500 2" />
      ) : (
        <path d="M1 6.500l3 3L10.500 2M7.500 9l.5.500L14.500 2" />
      )}
    </svg>
  );
}
