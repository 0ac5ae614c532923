package flow

import (
	"slices"

	"recado/internal/flow/expr"
	"recado/internal/flow/normalize"
)

// TypeMenu is the type of a MenuNode.
const TypeMenu NodeType = "menu"

const defaultPage = 9 // options of a text menu before "more": one digit each

// MenuNode asks for one (or several) of a list of options.
type MenuNode struct {
	Base
	Reprompt
	Say      Say
	Options  []Option
	From     *OptionsFrom // nil = Options only; else its options come before Options
	Render   string       // auto, text, poll, buttons, list
	Page     int          // options per page of a text menu
	Multiple bool
	Save     string // variable for the option's id (a list of ids when Multiple); "" = none
	AIMatch  bool
	OldTaps  string // accept, remind, ignore
	Next     Ref    // where options without their own way lead

	text  menuText            // see StaticText
	texts map[string]menuText // of the translations
}

// Option is one choice of a menu.
type Option struct {
	ID     string
	Label  *Text
	Hint   *Text    // nil = none
	Also   []string // aliases as written
	Keys   []string // normalized label (every language, when it has no expression) and aliases
	ShowIf *Cond    // nil = always
	Next   Ref
}

// OptionsFrom makes options out of a list; inside ID, Label and Hint the
// element is the variable "item" and its position, from 1, "index".
type OptionsFrom struct {
	List  *expr.Program
	ID    *expr.Program
	Label *expr.Program
	Hint  *expr.Program // nil = none
}

// Type returns TypeMenu.
func (*MenuNode) Type() NodeType { return TypeMenu }

// Exits returns one way for each option, then next, on_invalid and nudges. A
// menu whose options may all be hidden may be left by next without an answer.
func (n *MenuNode) Exits() []Exit {
	var es []Exit
	for _, o := range n.Options {
		es = append(es, Exit{"options." + o.ID, o.Next, long})
	}
	next := Exit{"next", n.Next, long}
	if !slices.ContainsFunc(n.Options, func(o Option) bool { return o.ShowIf == nil }) {
		next.latency = immediate
	}
	return append(append(es, next), n.exits()...)
}

func decodeMenu(o object, b Base) Node {
	n := &MenuNode{
		Base: b, Reprompt: o.reprompt("choice"), Say: o.say("say"), Render: o.strOr("render", "auto"),
		Page: o.intOr("page", defaultPage), Multiple: o.bool("multiple"), Save: o.save(),
		AIMatch: o.bool("ai_match"), OldTaps: o.strOr("old_taps", "accept"), Next: o.ref("next", End),
	}
	for _, f := range []struct {
		key     string
		used    bool
		feature Feature
	}{
		{"options_from", o.has("options_from"), MenuFrom},
		{"multiple", n.Multiple, MenuMultiple},
		{"render", n.Render == "poll", MenuPoll},
		{"ai_match", n.AIMatch, MenuAIMatch},
	} {
		if f.used {
			o.c.supports(o.place(f.key), f.feature, codeUnsupported, f.key)
		}
	}
	if from, ok := o.sub("options_from"); ok {
		n.From = &OptionsFrom{
			List: from.expr("list"), ID: from.expr("id", "item", "index"),
			Label: from.expr("label", "item", "index"), Hint: from.expr("hint", "item", "index"),
		}
	}
	o.options(n)
	n.writeTexts(sortedKeys(o.c.i18n))
	return n
}

// options reads the options and checks that no word means two of them.
func (o object) options(n *MenuNode) {
	owner := map[string]string{}
	list, _ := o.m["options"].([]any)
	for i, v := range list {
		m, _ := v.(map[string]any)
		e := object{o.c, m, o.place("options").entry(i, asString(m["id"]))}
		opt := Option{
			ID: e.str("id"), Label: e.text("label"), Hint: e.text("hint"), Also: e.strs("also"),
			ShowIf: e.cond("show_if"), Next: e.ref("next", n.Next),
		}
		opt.Keys = optionKeys(opt)
		if slices.ContainsFunc(n.Options, func(x Option) bool { return x.ID == opt.ID }) {
			o.c.issue(e.place("id"), codeDuplicateOption, opt.ID)
		}
		for _, k := range opt.Keys {
			// Two options that are never shown together may share a word; that
			// cannot be known here, so a condition on either excuses both.
			if first, taken := owner[k]; taken && first != opt.ID && opt.ShowIf == nil {
				o.c.issue(e.at, codeDuplicateAlias, k, first, opt.ID)
			}
			if opt.ShowIf == nil {
				owner[k] = opt.ID
			}
		}
		n.Options = append(n.Options, opt)
	}
}

// optionKeys normalizes the label, in every language, and the aliases.
func optionKeys(opt Option) []string {
	words := slices.Clone(opt.Also)
	if opt.Label != nil {
		if s, ok := opt.Label.base.Static(); ok {
			words = append(words, s)
		}
		for _, lang := range sortedKeys(opt.Label.langs) {
			if s, ok := opt.Label.langs[lang].Static(); ok {
				words = append(words, s)
			}
		}
	}
	return normalize.Keys(words)
}
