import { createContext, useContext } from "react";
import type { Words } from "./sentences";

interface ScriptValue {
  words: Words;
  /** The number of each step, by node id. */
  numbers: ReadonlyMap<string, number>;
}

export const ScriptContext = createContext<ScriptValue | null>(null);

export function useScript(): ScriptValue {
  const value = useContext(ScriptContext);
  if (value === null) throw new Error("useScript outside of Script");
  return value;
}
