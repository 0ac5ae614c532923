/**
 * WhatsApp numbers for people: "5491155556666" becomes "+54 9 11 5555-6666".
 * A small table of the countries our shops live in, not a phone library: 145 KB
 * for a space in the right place is too dear. Other numbers are shown without groups.
 */
interface Plan {
  code: string;
  /** Matches the national part, group by group. */
  shape: RegExp;
  /** What stands between the groups, one character for each gap. */
  join: string;
}

const plans: Plan[] = [
  { code: "54", shape: /^(9)(11)(\d{4})(\d{4})$/, join: "  -" },
  { code: "54", shape: /^(9)(\d{3})(\d{3})(\d{4})$/, join: "  -" },
  { code: "52", shape: /^1?(55|33|81)(\d{4})(\d{4})$/, join: "  " },
  { code: "52", shape: /^1?(\d{3})(\d{3})(\d{4})$/, join: "  " },
  { code: "55", shape: /^(\d{2})(\d{4,5})(\d{4})$/, join: " -" },
  { code: "57", shape: /^(\d{3})(\d{3})(\d{4})$/, join: "  " },
  { code: "56", shape: /^(9)(\d{4})(\d{4})$/, join: "  " },
  { code: "51", shape: /^(\d{3})(\d{3})(\d{3})$/, join: "  " },
  { code: "58", shape: /^(\d{3})(\d{3})(\d{4})$/, join: " -" },
  { code: "593", shape: /^(\d{2})(\d{3})(\d{4})$/, join: "  " },
  { code: "595", shape: /^(\d{3})(\d{3})(\d{3})$/, join: "  " },
  { code: "598", shape: /^(\d{2})(\d{3})(\d{3})$/, join: "  " },
  { code: "591", shape: /^(\d{4})(\d{4})$/, join: " " },
  { code: "34", shape: /^(\d{3})(\d{3})(\d{3})$/, join: "  " },
  { code: "351", shape: /^(\d{3})(\d{3})(\d{3})$/, join: "  " },
  { code: "1", shape: /^(\d{3})(\d{3})(\d{4})$/, join: " -" },
];

/** `digits` with a plus and its usual groups; anything that is no number comes back as it is. */
export function formatPhone(digits: string): string {
  const bare = digits.replace(/^\+/, "");
  if (!/^\d{6,20}$/.test(bare)) return digits;
  for (const plan of plans) {
    if (!bare.startsWith(plan.code)) continue;
    const groups = plan.shape.exec(bare.slice(plan.code.length))?.slice(1);
    if (!groups) continue;
    return groups.reduce(
      (text, group, i) => text + (i === 0 ? " " : (plan.join[i - 1] ?? " ")) + group,
      `+${plan.code}`,
    );
  }
  return `+${bare}`;
}

/** What a person typed, as the digits WhatsApp wants; null when it cannot be a number with its country code. */
export function parsePhone(typed: string): string | null {
  const digits = typed.replace(/[\s().\-+]/g, "").replace(/^00/, "");
  return /^[1-9]\d{7,14}$/.test(digits) ? digits : null;
}
