/**
 * The server's clock. Countdowns (a QR that expires, a retry that is due) are
 * given in server time; a phone whose clock is five minutes off must not show
 * every QR as expired. The offset is learned from the Date header of replies.
 */
let offset = 0;

// Date has whole seconds and the reply took a while: smaller offsets are noise.
const noise = 2_000;

export function learnClock(date: string | null, sentAt: number, receivedAt: number): void {
  const server = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(server)) return;
  const measured = server + 500 - (sentAt + receivedAt) / 2;
  offset = Math.abs(measured) < noise ? 0 : measured;
}

/** Now, in milliseconds since 1970, by the server's clock. */
export function serverNow(): number {
  return Date.now() + offset;
}
