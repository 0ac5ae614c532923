/** "20m" as "20 minutos" in the reader's language; a text of another shape comes back as it is. */
export function durationText(locale: string, duration: string): string {
  const match = /^(\d{1,4})([smhd])$/.exec(duration);
  if (!match) return duration;
  const units = { s: "second", m: "minute", h: "hour", d: "day" } as const;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: units[match[2] as keyof typeof units],
    unitDisplay: "long",
  }).format(Number(match[1]));
}
