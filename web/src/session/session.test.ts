import { describe, expect, it } from "vitest";
import type { User } from "../api/types";
import { may } from "./access";
import { ownAddress } from "./ownAddress";

describe("ownAddress", () => {
  it.each([
    ["/shops/lupita/flow?x=1", "/shops/lupita/flow?x=1"],
    ["/", "/"],
    ["//evil.example/x", undefined],
    ["/\\evil.example", undefined],
    ["https://evil.example", undefined],
    ["javascript:alert(1)", undefined],
    ["/login?next=/", undefined],
    [["/a"], undefined],
    [undefined, undefined],
  ])("%s", (value, expected) => {
    expect(ownAddress(value)).toBe(expected);
  });
});

describe("may", () => {
  const user = (role: "owner" | "agent" | "viewer", admin = false): User => ({
    id: "u",
    email: "a@b.mx",
    name: "A",
    admin,
    shops: [{ shopId: "s", name: "S", role }],
  });
  it.each([
    ["owner", { activate: true, publish: true, write: true }],
    ["agent", { activate: true, publish: false, write: true }],
    ["viewer", { activate: false, publish: false, write: false }],
  ] as const)("%s", (role, expected) => {
    for (const [action, allowed] of Object.entries(expected)) {
      expect(may(user(role), action as "write", "s"), action).toBe(allowed);
      expect(may(user(role), action as "write", "another"), action).toBe(false);
      expect(may(user(role, true), action as "write", "another"), action).toBe(true);
    }
    expect(may(null, "write", "s")).toBe(false);
  });
});
