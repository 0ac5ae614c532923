import { useSyncExternalStore } from "react";
import { currentSession, type Session, subscribeSession } from "../api/session";
import type { User } from "../api/types";

export function useSession(): Session {
  return useSyncExternalStore(subscribeSession, currentSession);
}

/** The signed-in user; only for components below the guarded layout. */
export function useUser(): User | null {
  const session = useSession();
  return session.state === "signedIn" ? session.user : null;
}
