/**
 * A flow definition ("recado-flow/1") as the script view reads it. The server
 * validated it; the types here are loose where the view only passes on.
 */
export type Ref = string;

export type Value = string | number | boolean | null | { expr: string };

export type Condition =
  | { var: string; is: string; to?: Value | Value[] }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { expr: string };

export type Bubble =
  | string
  | { media: { kind: string; asset?: string; url?: string; caption?: string; filename?: string } }
  | { location: { lat: number; lng: number; name?: string; address?: string } }
  | { contact: { name: string; phone: string } };

export type Say = string | Bubble[];

export interface Nudge {
  after: string;
  say?: Say;
  next?: Ref;
}

export interface Option {
  id: string;
  label: string;
  hint?: string;
  also?: string[];
  show_if?: Condition;
  next?: Ref;
}

interface Base {
  title?: string;
  next?: Ref;
}

interface Tries {
  invalid?: Say;
  tries?: number;
  on_invalid?: Ref;
  nudges?: Nudge[];
}

export type FlowNode = Base &
  (
    | { type: "message"; say: Say }
    | ({
        type: "menu";
        say: Say;
        options: Option[];
        options_from?: { list: string };
        save?: string;
        multiple?: boolean;
      } & Tries)
    | ({
        type: "ask";
        say: Say;
        as: string;
        save: string;
        min?: number | string;
        max?: number | string;
        check?: string;
        confirm?: Say;
        skip_if_set?: boolean;
      } & Tries)
    | { type: "if"; cases: { when: Condition; next: Ref; title?: string }[]; else?: Ref }
    | { type: "set"; vars: Record<string, Value> }
    | {
        type: "http";
        method: string;
        url: string;
        save?: Record<string, string>;
        wait_say?: Say;
        on_ok?: Ref;
        on_fail?: Ref;
      }
    | { type: "ai_reply"; prompt: string; knowledge?: string[]; save?: string; on_fail: Ref }
    | { type: "ai_agent"; goal: string; tools: string[]; on_done?: Ref; on_fail: Ref; nudges?: Nudge[] }
    | { type: "hours"; open: Ref; closed: Ref; holiday?: Ref }
    | { type: "delay"; for: string; until?: string }
    | { type: "wait_event"; event: string; timeout: string; on_message?: Ref; on_timeout?: Ref }
    | { type: "goto"; to: Ref }
    | { type: "call"; flow: string; on_fail?: Ref }
    | {
        type: "contact";
        add_tags?: string[];
        remove_tags?: string[];
        fields?: Record<string, Value>;
        language?: string;
        marketing?: "opt_in" | "opt_out";
      }
    | {
        type: "handoff";
        queue?: string;
        say?: Say;
        note?: string;
        if_closed?: Ref;
        no_answer?: { after: string; say?: Say; next?: Ref };
        resume?: string;
        on_resume?: Ref;
      }
    | { type: "template"; template: string; fallback_text?: string; on_fail?: Ref }
    | { type: "catalog"; show: string; say?: Say; on_pick?: Ref; on_none?: Ref; nudges?: Nudge[] }
    | {
        type: "order";
        steps: string[];
        payments?: string[];
        min_total?: number;
        review?: Say;
        on_done?: Ref;
        on_cancel?: Ref;
        on_fail?: Ref;
        nudges?: Nudge[];
      }
    | { type: "notify"; to: string[]; text: string; number?: string }
    | { type: "split"; arms: { weight: number; next: Ref; title?: string }[] }
    | { type: "end"; say?: Say; outcome?: string }
  );

export interface Trigger {
  on: string;
  match?: { words?: string[]; how?: string; media?: string; ad?: string };
  when?: Condition;
  priority?: number;
  during_run?: string;
  cron?: string;
  event?: string;
  once_per?: string;
  start?: Ref;
}

export interface Command {
  words: string[];
  do: Ref;
  when?: Condition;
}

export interface FlowDocument {
  format: string;
  id: string;
  name: string;
  locale: string;
  start: string;
  vars?: Record<string, { type: string; title?: string; scope?: string }>;
  triggers?: Trigger[];
  commands?: Command[];
  settings?: { expire?: string; invalid?: Say; tries?: number; give_up?: Ref };
  nodes: Record<string, FlowNode>;
  i18n?: Record<string, Record<string, string>>;
}
