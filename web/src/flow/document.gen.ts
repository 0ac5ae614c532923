// Generated from internal/flow/schema.json by `npm run types`. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        id: string;
        ref: string;
        path: string;
        locale: string;
        title: string;
        was: components["schemas"]["id"][];
        text: string;
        label: string;
        hint: string;
        expr: string;
        dur: string;
        value: {
            expr: components["schemas"]["expr"];
        } | (string | number | boolean | null);
        json: unknown;
        media: {
            /** @enum {unknown} */
            kind: "image" | "video" | "audio" | "voice" | "document" | "sticker";
            asset?: string;
            url?: string;
            caption?: string;
            filename?: string;
        };
        location: {
            lat: number;
            lng: number;
            name?: string;
            address?: string;
        };
        card: {
            name: string;
            phone: string;
        };
        bubble: components["schemas"]["text"] | ({
            media: components["schemas"]["media"];
        } | {
            location: components["schemas"]["location"];
        } | {
            contact: components["schemas"]["card"];
        });
        say: components["schemas"]["text"] | components["schemas"]["bubble"][];
        cond: {
            expr: components["schemas"]["expr"];
        } | ({
            all: components["schemas"]["cond"][];
        } | ({
            any: components["schemas"]["cond"][];
        } | ({
            not: components["schemas"]["cond"];
        } | {
            var: string;
            /** @enum {unknown} */
            is: "set" | "empty" | "eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "contains" | "starts" | "ends" | "in" | "has_tag" | "matches_word";
            to?: components["schemas"]["value"][] | components["schemas"]["value"];
        })));
        nudge: {
            after: components["schemas"]["dur"];
            say?: components["schemas"]["say"];
            next?: components["schemas"]["ref"];
        };
        nudges: components["schemas"]["nudge"][];
        option: {
            id: components["schemas"]["id"];
            label: components["schemas"]["label"];
            hint?: components["schemas"]["hint"];
            also?: string[];
            show_if?: components["schemas"]["cond"];
            next?: components["schemas"]["ref"];
        };
        match: {
            words?: string[];
            /**
             * @default only
             * @enum {unknown}
             */
            how?: "only" | "first" | "any_word" | "all_words" | "prefix";
            /** @enum {unknown} */
            media?: "image" | "video" | "audio" | "voice" | "document" | "location" | "contact" | "order" | "any";
            ad?: string;
        };
        trigger: {
            id?: components["schemas"]["id"];
            /** @enum {unknown} */
            on: "message" | "first_message" | "any_message" | "ad_referral" | "catalog_order" | "handoff_closed" | "schedule" | "event" | "tag_added" | "missed_call" | "manual";
            match?: components["schemas"]["match"];
            when?: components["schemas"]["cond"];
            priority?: number;
            /** @enum {unknown} */
            during_run?: "never" | "interrupt" | "ask";
            cron?: string;
            event?: string;
            once_per?: components["schemas"]["dur"];
            start?: components["schemas"]["id"];
        };
        node: components["schemas"]["n_message"] | components["schemas"]["n_menu"] | components["schemas"]["n_ask"] | components["schemas"]["n_if"] | components["schemas"]["n_set"] | components["schemas"]["n_http"] | components["schemas"]["n_ai_reply"] | components["schemas"]["n_ai_agent"] | components["schemas"]["n_hours"] | components["schemas"]["n_delay"] | components["schemas"]["n_wait_event"] | components["schemas"]["n_goto"] | components["schemas"]["n_call"] | components["schemas"]["n_contact"] | components["schemas"]["n_handoff"] | components["schemas"]["n_template"] | components["schemas"]["n_catalog"] | components["schemas"]["n_order"] | components["schemas"]["n_notify"] | components["schemas"]["n_split"] | components["schemas"]["n_end"];
        n_message: {
            /** @constant */
            type: "message";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            say: components["schemas"]["say"];
            typing?: boolean;
            /** @enum {unknown} */
            if_window_closed?: "skip" | "template" | "fail";
            template?: components["schemas"]["id"];
            next?: components["schemas"]["ref"];
            variants?: components["schemas"]["say"][];
        };
        n_menu: {
            /** @constant */
            type: "menu";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            say: components["schemas"]["say"];
            options?: components["schemas"]["option"][];
            options_from?: {
                list: components["schemas"]["expr"];
                id: components["schemas"]["expr"];
                label: components["schemas"]["expr"];
                hint?: components["schemas"]["expr"];
            };
            /** @enum {unknown} */
            render?: "auto" | "text" | "poll" | "buttons" | "list";
            page?: number;
            multiple?: boolean;
            save?: components["schemas"]["id"];
            ai_match?: boolean;
            /** @enum {unknown} */
            old_taps?: "accept" | "remind" | "ignore";
            nudges?: components["schemas"]["nudges"];
            next?: components["schemas"]["ref"];
            invalid?: components["schemas"]["say"];
            tries?: number;
            on_invalid?: components["schemas"]["ref"];
        };
        n_ask: {
            /** @constant */
            type: "ask";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            say: components["schemas"]["say"];
            save: components["schemas"]["id"];
            min?: number | string;
            max?: number | string;
            check?: components["schemas"]["expr"];
            collect?: components["schemas"]["dur"];
            confirm?: components["schemas"]["say"];
            skip_if_set?: boolean;
            secret?: boolean;
            /** @enum {unknown} */
            voice?: "transcribe" | "reject" | "accept";
            nudges?: components["schemas"]["nudges"];
            next?: components["schemas"]["ref"];
            invalid?: components["schemas"]["say"];
            tries?: number;
            on_invalid?: components["schemas"]["ref"];
            /** @enum {unknown} */
            as: "text" | "name" | "number" | "integer" | "money" | "date" | "time" | "datetime" | "phone" | "email" | "url" | "yes_no" | "location" | "address" | "image" | "document" | "voice" | "any_media" | "contact" | "rating" | "rfc_tax_id";
        };
        n_if: {
            /** @constant */
            type: "if";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            cases: {
                when: components["schemas"]["cond"];
                next: components["schemas"]["ref"];
                title?: string;
            }[];
            else?: components["schemas"]["ref"];
        };
        n_set: {
            /** @constant */
            type: "set";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            vars: {
                [key: string]: components["schemas"]["value"];
            };
            next?: components["schemas"]["ref"];
        };
        n_http: {
            /** @constant */
            type: "http";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            /** @enum {unknown} */
            method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
            url: string;
            headers?: {
                [key: string]: string;
            };
            secret?: components["schemas"]["id"];
            json?: components["schemas"]["json"];
            body?: string;
            timeout?: components["schemas"]["dur"];
            retry?: number;
            save?: {
                [key: string]: components["schemas"]["expr"];
            };
            wait_say?: components["schemas"]["say"];
            max_bytes?: number;
            on_ok?: components["schemas"]["ref"];
            on_fail?: components["schemas"]["ref"];
            next?: components["schemas"]["ref"];
        };
        n_ai_reply: {
            /** @constant */
            type: "ai_reply";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            prompt: components["schemas"]["text"];
            model?: components["schemas"]["id"];
            knowledge?: ("faq" | "catalog" | "hours" | "policies" | "orders")[];
            history?: number;
            max_chars?: number;
            guard?: {
                /** @enum {unknown} */
                prices?: "off" | "catalog_only";
                /** @enum {unknown} */
                links?: "off" | "allow_list";
                topics?: string[];
            };
            save?: components["schemas"]["id"];
            timeout?: components["schemas"]["dur"];
            on_fail: components["schemas"]["ref"];
            next?: components["schemas"]["ref"];
        };
        n_ai_agent: {
            /** @constant */
            type: "ai_agent";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            goal: components["schemas"]["text"];
            model?: components["schemas"]["id"];
            tools: ("search_catalog" | "add_to_cart" | "show_cart" | "set_var" | "start_flow" | "check_order" | "business_hours" | "handoff" | "end")[];
            allow_flows?: components["schemas"]["id"][];
            collect?: components["schemas"]["dur"];
            max_turns?: number;
            max_tool_calls?: number;
            max_tokens?: number;
            knowledge?: ("faq" | "catalog" | "hours" | "policies" | "orders")[];
            guard?: {
                /** @enum {unknown} */
                prices?: "off" | "catalog_only";
                /** @enum {unknown} */
                links?: "off" | "allow_list";
                topics?: string[];
            };
            on_done?: components["schemas"]["ref"];
            on_fail: components["schemas"]["ref"];
            nudges?: components["schemas"]["nudges"];
        };
        n_hours: {
            /** @constant */
            type: "hours";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            calendar?: components["schemas"]["id"];
            open: components["schemas"]["ref"];
            closed: components["schemas"]["ref"];
            holiday?: components["schemas"]["ref"];
        };
        n_delay: {
            /** @constant */
            type: "delay";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            for: components["schemas"]["dur"];
            until?: components["schemas"]["expr"];
            typing?: boolean;
            /** @enum {unknown} */
            on_message?: "keep" | "cancel" | "queue";
            next?: components["schemas"]["ref"];
        };
        n_wait_event: {
            /** @constant */
            type: "wait_event";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            event: string;
            timeout: components["schemas"]["dur"];
            save?: components["schemas"]["id"];
            on_message?: components["schemas"]["ref"];
            on_timeout?: components["schemas"]["ref"];
            next?: components["schemas"]["ref"];
        };
        n_goto: {
            /** @constant */
            type: "goto";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            to: components["schemas"]["ref"];
        };
        n_call: {
            /** @constant */
            type: "call";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            flow: components["schemas"]["id"];
            in?: {
                [key: string]: components["schemas"]["value"];
            };
            out?: {
                [key: string]: string;
            };
            next?: components["schemas"]["ref"];
            on_fail?: components["schemas"]["ref"];
        };
        n_contact: {
            /** @constant */
            type: "contact";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            add_tags?: components["schemas"]["id"][];
            remove_tags?: components["schemas"]["id"][];
            fields?: {
                [key: string]: components["schemas"]["value"];
            };
            language?: components["schemas"]["locale"];
            /** @enum {unknown} */
            marketing?: "opt_in" | "opt_out";
            next?: components["schemas"]["ref"];
        };
        n_handoff: {
            /** @constant */
            type: "handoff";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            queue?: components["schemas"]["id"];
            say?: components["schemas"]["say"];
            note?: components["schemas"]["text"];
            if_closed?: components["schemas"]["ref"];
            no_answer?: {
                after: components["schemas"]["dur"];
                say?: components["schemas"]["say"];
                next?: components["schemas"]["ref"];
            };
            /** @enum {unknown} */
            resume?: "after_close" | "after_quiet" | "never";
            quiet?: components["schemas"]["dur"];
            on_resume?: components["schemas"]["ref"];
        };
        n_template: {
            /** @constant */
            type: "template";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            template: components["schemas"]["id"];
            language?: string;
            params?: components["schemas"]["text"][];
            /** @enum {unknown} */
            category?: "utility" | "marketing" | "authentication";
            fallback_text?: components["schemas"]["text"];
            next?: components["schemas"]["ref"];
            on_fail?: components["schemas"]["ref"];
        };
        n_catalog: {
            /** @constant */
            type: "catalog";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            /** @enum {unknown} */
            show: "product" | "list" | "search";
            query?: components["schemas"]["expr"];
            category?: string;
            limit?: number;
            say?: components["schemas"]["say"];
            save?: components["schemas"]["id"];
            /** @enum {unknown} */
            render?: "auto" | "native" | "text";
            on_pick?: components["schemas"]["ref"];
            on_none?: components["schemas"]["ref"];
            nudges?: components["schemas"]["nudges"];
            invalid?: components["schemas"]["say"];
            tries?: number;
            on_invalid?: components["schemas"]["ref"];
        };
        n_order: {
            /** @constant */
            type: "order";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            steps: ("items" | "quantity" | "variant" | "note" | "delivery" | "address" | "schedule" | "payment" | "review")[];
            min_total?: number;
            delivery_zones?: components["schemas"]["id"];
            payments?: ("cash" | "transfer" | "link" | "card_on_delivery")[];
            review?: components["schemas"]["say"];
            edit_words?: string[];
            max_items?: number;
            save?: components["schemas"]["id"];
            nudges?: components["schemas"]["nudges"];
            on_done?: components["schemas"]["ref"];
            on_cancel?: components["schemas"]["ref"];
            on_fail?: components["schemas"]["ref"];
        };
        n_notify: {
            /** @constant */
            type: "notify";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            to: ("owner" | "queue" | "number" | "webhook")[];
            number?: string;
            queue?: components["schemas"]["id"];
            text: components["schemas"]["text"];
            next?: components["schemas"]["ref"];
        };
        n_split: {
            /** @constant */
            type: "split";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            arms: {
                weight: number;
                next: components["schemas"]["ref"];
                title?: string;
            }[];
            /** @enum {unknown} */
            sticky?: "contact" | "run";
        };
        n_end: {
            /** @constant */
            type: "end";
            title?: components["schemas"]["title"];
            was?: components["schemas"]["was"];
            say?: components["schemas"]["say"];
            outcome?: string;
            returns?: {
                [key: string]: components["schemas"]["value"];
            };
        };
        /** WhatsApp shop flow, format 1 */
        document: {
            /** @constant */
            format: "recado-flow/1";
            id: components["schemas"]["id"];
            name: string;
            locale: components["schemas"]["locale"];
            start: components["schemas"]["id"];
            vars?: {
                [key: string]: {
                    /** @enum {unknown} */
                    type: "text" | "number" | "bool" | "date" | "list" | "cart" | "location" | "media" | "object";
                    default?: unknown;
                    /** @enum {unknown} */
                    scope?: "run" | "contact";
                    pii?: boolean;
                    title?: string;
                };
            };
            triggers?: components["schemas"]["trigger"][];
            commands?: {
                words: string[];
                do: components["schemas"]["ref"];
                when?: components["schemas"]["cond"];
            }[];
            settings?: {
                expire?: components["schemas"]["dur"];
                expire_next?: components["schemas"]["ref"];
                collect?: components["schemas"]["dur"];
                stale_after?: components["schemas"]["dur"];
                invalid?: components["schemas"]["say"];
                unsupported_media?: components["schemas"]["say"];
                tries?: number;
                give_up?: components["schemas"]["ref"];
                typing?: boolean;
                pace_ms?: number;
                /** @enum {unknown} */
                groups?: "ignore" | "mention_only" | "all";
                /** @enum {unknown} */
                on_new_version?: "migrate" | "finish" | "restart";
            };
            nodes: {
                [key: string]: components["schemas"]["node"];
            };
            i18n?: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            $schema?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
