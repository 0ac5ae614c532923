/** Times in the reader's language, through Intl alone. All times are milliseconds since 1970. */

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "hace 5 minutos", "ayer", "ahora" for anything closer than 45 seconds. */
export function relativeTime(locale: string, at: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 45) return format.format(0, "second");
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size * 0.95)
      return format.format(Math.trunc(Math.round((seconds / size) * 10) / 10) || Math.sign(seconds), unit);
  }
  return format.format(Math.sign(seconds), "minute");
}

/** "lunes, 23 de noviembre de 2026, 10:05" */
export function fullTime(locale: string, at: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" }).format(at);
}

/** "23 nov 2026, 10:05" */
export function shortTime(locale: string, at: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(at);
}

/** "10:05" */
export function clockTime(locale: string, at: number): string {
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }).format(at);
}

/** As a list of chats shows it: the clock today, the weekday this week, else the date. */
export function listTime(locale: string, at: number, now: number): string {
  const days = calendarDays(at, now);
  if (days === 0) return clockTime(locale, at);
  if (days === 1) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-1, "day");
  if (days > 1 && days < 7) return new Intl.DateTimeFormat(locale, { weekday: "long" }).format(at);
  return new Intl.DateTimeFormat(locale, { dateStyle: "short" }).format(at);
}

/** The heading of a day within a thread: "hoy", "ayer", "lunes 23 de noviembre". */
export function dayTitle(locale: string, at: number, now: number): string {
  const days = calendarDays(at, now);
  if (days === 0 || days === 1) {
    return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-days || 0, "day");
  }
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year }).format(at);
}

/** Midnights between `at` and `now` by the reader's clock. */
function calendarDays(at: number, now: number): number {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}

/** "0:42", "1:05": what is left of a countdown. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
