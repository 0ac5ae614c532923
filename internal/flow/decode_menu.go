package flow

import (
	"slices"

	"recado/internal/flow/normalize"
)

func (c *compiler) menuNode(o object, b Base, st *Settings) Node {
	n := &MenuNode{
		Base: b, Asking: o.asking(st, "choice"), Say: o.say("say"), Render: o.strOr("render", "auto"),
		Page: o.intOr("page", defaultPage), Multiple: o.yes("multiple"), Save: o.save(),
		AIMatch: o.yes("ai_match"), OldTaps: o.strOr("old_taps", "accept"), Next: o.ref("next", End),
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
			c.supports(o.place(f.key), f.feature, codeUnsupported, f.key)
		}
	}
	if from, ok := o.sub("options_from"); ok {
		n.From = &OptionsFrom{
			List: from.expr("list"), ID: from.expr("id", "item", "index"),
			Label: from.expr("label", "item", "index"), Hint: from.expr("hint", "item", "index"),
		}
	}
	c.options(o, n)
	return n
}

// options reads the options and sees that no word means two of them.
func (c *compiler) options(o object, n *MenuNode) {
	owner := map[string]string{}
	list, _ := o.m["options"].([]any)
	for i, v := range list {
		m, _ := v.(map[string]any)
		e := object{c, m, o.place("options").entry(i, asString(m["id"]))}
		opt := Option{
			ID: e.str("id"), Label: e.text("label"), Hint: e.text("hint"), Also: e.strs("also"),
			ShowIf: e.cond("show_if"), Next: e.ref("next", n.Next),
		}
		opt.Keys = optionKeys(opt)
		if slices.ContainsFunc(n.Options, func(x Option) bool { return x.ID == opt.ID }) {
			c.issue(e.place("id"), codeDuplicateOption, opt.ID)
		}
		for _, k := range opt.Keys {
			// Two options that are never shown together may share a word; that
			// cannot be known here, so a condition on either excuses both.
			if first, taken := owner[k]; taken && first != opt.ID && opt.ShowIf == nil {
				c.issue(e.at, codeDuplicateAlias, k, first, opt.ID)
			}
			if opt.ShowIf == nil {
				owner[k] = opt.ID
			}
		}
		n.Options = append(n.Options, opt)
	}
}

// optionKeys folds the label, in every language, and the aliases.
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
	var keys []string
	for _, w := range words {
		if k := normalize.Key(w); k != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}
