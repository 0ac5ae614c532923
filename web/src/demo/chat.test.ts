import { describe, expect, it } from "vitest";
import type { PhoneMessage } from "../api/demo";
import { merge, nextAfter } from "./chat";

const message = (seq: number, fromMe: boolean, status?: string): PhoneMessage => ({
  seq,
  id: `m${seq}`,
  fromMe,
  from: "1",
  text: `text ${seq}`,
  kind: "text",
  at: "2026-11-23T10:00:00Z",
  ...(status ? { status } : {}),
});

describe("the phone's chat", () => {
  it("puts new messages at their place and renews the ticks of known ones", () => {
    const shown = [message(1, true, "sent"), message(3, false)];
    const merged = merge(shown, [message(2, false), message(1, true, "read")]);
    expect(merged.map((m) => [m.seq, m.status])).toEqual([
      [1, "read"],
      [2, undefined],
      [3, undefined],
    ]);
    expect(merge(shown, [])).toBe(shown);
  });

  it("asks again for what can still change", () => {
    expect(nextAfter([])).toBe(0);
    expect(nextAfter([message(1, true, "read"), message(2, false)])).toBe(2);
    expect(nextAfter([message(1, true, "read"), message(2, true, "delivered"), message(3, false)])).toBe(1);
  });
});
