/** `value` when it is an address of this panel, to return to after signing in; never another site's. */
export function ownAddress(value: unknown): string | undefined {
  if (typeof value !== "string" || !value.startsWith("/")) return undefined;
  try {
    const base = "http://panel.invalid";
    const url = new URL(value, base);
    return url.origin === base && url.pathname !== "/login" ? url.pathname + url.search : undefined;
  } catch {
    return undefined;
  }
}
