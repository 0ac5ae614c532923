/** What a member may do, as the server decides it; here only to not offer what it would refuse. */
import type { Role, User } from "../api/types";

export type Action = "activate" | "publish" | "write" | "createShops";

const allowed: Record<Role, readonly Action[]> = {
  owner: ["activate", "publish", "write"],
  agent: ["activate", "write"],
  viewer: [],
};

export function roleIn(user: User | null, shopId: string): Role | null {
  return user?.shops.find((shop) => shop.shopId === shopId)?.role ?? null;
}

/** A platform administrator may do everything in every shop. */
export function may(user: User | null, action: Action, shopId: string): boolean {
  if (user === null) return false;
  if (user.admin) return true;
  const role = roleIn(user, shopId);
  return role !== null && allowed[role].includes(action);
}
