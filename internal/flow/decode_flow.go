package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/internal/flow/normalize"
)

// Roots are the names an expression finds without anybody saving them: the
// contact (name, first_name, phone, language, tags, fields), the shop (name,
// is_open, next_open), the message being answered (text, kind), the option
// last chosen (id, label) and the event that started the run (name, data).
var Roots = []string{"contact", "shop", "message", "choice", "event", OldVars}

// OldVars is the name under which a run keeps the variables that the version it
// moved to does not know.
const OldVars = "_old"

const defaultPriority = 50

func itoa(n int) string { return strconv.Itoa(n) }

// flow reads the whole document.
func (c *compiler) flow() *Def {
	o := object{c, c.src.root, nil}
	d := &Def{
		ID: ID(o.str("id")), Name: o.str("name"), Locale: c.locale, Start: NodeID(o.str("start")),
		Nodes: map[NodeID]Node{}, Order: c.src.nodes, was: map[NodeID]NodeID{},
		Langs: slices.Sorted(maps.Keys(c.i18n)),
	}
	c.node(o.place("start"), Ref(d.Start))
	d.Vars = c.vars(o)
	d.Settings = c.settings(o)
	c.triggers(o, d)
	c.commands(o, d)
	nodes, _ := o.sub("nodes")
	for _, id := range c.src.nodes {
		n, _ := nodes.sub(string(id))
		d.Nodes[id] = c.decodeNode(n, id, &d.Settings)
		if menu, ok := d.Nodes[id].(*MenuNode); ok {
			menu.list(d.Langs)
		}
	}
	c.former(nodes, d)
	c.shadows(nodes, d)
	c.checkUses()
	c.checkTranslations()
	return d
}

func (c *compiler) vars(o object) map[string]Var {
	sub, _ := o.sub("vars")
	vars := make(map[string]Var, len(sub.m))
	for name := range sub.m {
		v, _ := sub.sub(name)
		c.save(v.at, name)
		x := Var{
			Type: VarType(v.str("type")), Contact: v.str("scope") == "contact", PII: v.yes("pii"),
			Title: v.str("title"), Default: v.m["default"],
		}
		if !fits(x.Type, x.Default) {
			c.issue(v.place("default"), codeWrongDefault, string(x.Type))
		}
		vars[name] = x
	}
	return vars
}

// fits reports whether a default is of the variable's type; none always is.
func fits(t VarType, v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		if t == DateVar {
			_, err := time.Parse(time.DateOnly, v)
			return err == nil
		}
		return t == TextVar
	case float64:
		return t == NumberVar
	case bool:
		return t == BoolVar
	case []any:
		return t == ListVar
	}
	return t == ObjectVar || t == LocationVar || t == MediaVar || t == CartVar
}

func (c *compiler) settings(o object) Settings {
	s, _ := o.sub("settings")
	s.c, s.at = c, o.place("settings")
	st := Settings{
		Expire: s.durOr("expire", 24*time.Hour), ExpireNext: s.ref("expire_next", End),
		Collect: s.durOr("collect", 2*time.Second), StaleAfter: s.durOr("stale_after", 0),
		Invalid: s.say("invalid"), UnsupportedMedia: s.say("unsupported_media"),
		Tries: s.intOr("tries", 3), GiveUp: s.ref("give_up", Human),
		Typing: s.yesOr("typing", true), Pace: time.Duration(s.intOr("pace_ms", 0)) * time.Millisecond,
		Groups: Groups(s.strOr("groups", string(IgnoreGroups))), OnNewVersion: NewVersion(s.strOr("on_new_version", string(Migrate))),
	}
	if st.UnsupportedMedia == nil {
		st.UnsupportedMedia = stock("media", c.locale)
	}
	return st
}

func (c *compiler) triggers(o object, d *Def) {
	o.each("triggers", func(i int, t object) {
		tr := Trigger{
			ID: t.strOr("id", "t"+itoa(i+1)), On: TriggerOn(t.str("on")), When: t.cond("when"),
			Priority: t.intOr("priority", defaultPriority), DuringRun: DuringRun(t.strOr("during_run", string(NeverDuring))),
			OncePer: t.durOr("once_per", 0), Event: t.str("event"), Start: t.ref("start", Ref(d.Start)), Index: i,
		}
		c.supports(t.place("on"), TriggerFeature(tr.On), codeUnsupported, string(tr.On))
		if m, ok := t.sub("match"); ok {
			tr.Match = &Match{Words: folded(m.strs("words")), How: How(m.strOr("how", string(Only))), Media: m.str("media"), Ad: m.str("ad")}
		}
		if tr.On == OnMessage && (tr.Match == nil || len(tr.Match.Words) == 0 && tr.Match.Media == "") {
			c.issue(t.place("match"), codeMissing, "match")
		}
		if tr.On == OnEvent && tr.Event == "" {
			c.issue(t.place("event"), codeMissing, "event")
		}
		c.cron(t, &tr)
		tr.Specificity = specificity(tr)
		d.Triggers = append(d.Triggers, tr)
	})
	if len(d.Triggers) == 0 {
		c.issue(o.place("triggers"), codeNoTriggers)
	}
	slices.SortStableFunc(d.Triggers, func(a, b Trigger) int {
		if a.Priority != b.Priority {
			return b.Priority - a.Priority
		}
		return b.Specificity - a.Specificity
	})
}

func (c *compiler) cron(t object, tr *Trigger) {
	if tr.On != OnSchedule {
		return
	}
	if !t.has("cron") {
		c.issue(t.place("cron"), codeMissing, "cron")
		return
	}
	cron, err := ParseCron(t.str("cron"))
	if err != nil {
		c.issue(t.place("cron"), codeBadCron, t.str("cron"))
	}
	tr.Cron = cron
}

// specificity orders triggers of equal priority: what says more about the
// message comes first.
func specificity(t Trigger) int {
	if t.Match == nil {
		if t.On == OnAnyMessage {
			return 0
		}
		return 1 // first_message, event, …: the happening itself is the condition
	}
	if len(t.Match.Words) > 0 {
		return map[How]int{Only: 7, First: 6, AllWords: 5, AnyWord: 4, Prefix: 3}[t.Match.How]
	}
	return 2 // media, ad
}

func folded(words []string) []string {
	var out []string
	for _, w := range words {
		if k := normalize.Key(w); k != "" && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

func (c *compiler) commands(o object, d *Def) {
	seen := map[string]bool{}
	o.each("commands", func(_ int, m object) {
		words := folded(m.strs("words"))
		if !m.has("when") {
			for _, w := range words {
				if seen[w] {
					c.issue(m.place("words"), codeDuplicateWord, w)
				}
				seen[w] = true
			}
		}
		d.Commands = append(d.Commands, Command{Words: words, Do: m.ref("do", End), When: m.cond("when")})
	})
}

// former collects the old names of nodes.
func (c *compiler) former(nodes object, d *Def) {
	for _, id := range d.Order {
		for i, old := range d.Nodes[id].Head().Was {
			_, present := d.Nodes[old]
			if other, taken := d.was[old]; present || taken && other != id {
				c.issue(nodes.at.key(string(id)).key("was").index(i), codeDuplicateFormer, string(old))
				continue
			}
			d.was[old] = id
		}
	}
}

// shadows warns where a visible option wins over a command of the same word.
func (c *compiler) shadows(nodes object, d *Def) {
	for _, id := range d.Order {
		menu, ok := d.Nodes[id].(*MenuNode)
		if !ok {
			continue
		}
		for i, opt := range menu.Options {
			for _, cmd := range d.Commands {
				for _, w := range cmd.Words {
					// Leading to the same place, or to the same end, is no surprise.
					if slices.Contains(opt.Keys, w) && cmd.Do != opt.Next {
						c.issue(nodes.at.key(string(id)).key("options").index(i), codeShadowed, w, opt.ID)
					}
				}
			}
		}
	}
}

// checkUses notes variables that nobody saves.
func (c *compiler) checkUses() {
	all := slices.Sorted(maps.Keys(c.names))
	for _, u := range c.uses {
		if c.names[u.name] || slices.Contains(Roots, u.name) || slices.Contains(u.known, u.name) {
			continue
		}
		c.issue(u.at, codeUnknownVar, u.name, nearest(u.name, slices.Concat(all, Roots, u.known)))
	}
}

func (c *compiler) checkTranslations() {
	keys := slices.Sorted(maps.Keys(c.texts))
	for lang, table := range c.i18n {
		for key := range table {
			if !c.texts[key] {
				c.issues = append(c.issues, *problem("i18n."+lang+"."+key, codeUnknownText, key, nearest(key, keys)))
			}
		}
	}
}

func (o object) cond(key string) *Cond {
	sub, ok := o.sub(key)
	if !ok {
		return nil
	}
	return sub.condition()
}

// condition reads an object that is a condition.
func (o object) condition() *Cond {
	for key, op := range map[string]condOp{"all": condAll, "any": condAny} {
		if o.has(key) {
			c := &Cond{op: op}
			o.each(key, func(_ int, e object) { c.subs = append(c.subs, e.condition()) })
			return c
		}
	}
	if sub, ok := o.sub("not"); ok {
		return &Cond{op: condNot, subs: []*Cond{sub.condition()}}
	}
	if o.has("expr") {
		return &Cond{op: condExpr, expr: o.expr("expr")}
	}
	return o.test()
}

func (o object) test() *Cond {
	c := &Cond{op: condVar, path: o.str("var"), is: o.str("is")}
	c.read = o.path("var")
	to, at := o.m["to"], o.place("to")
	if list, ok := to.([]any); ok {
		c.list = true
		for i, v := range list {
			c.to = append(c.to, o.c.value(at.index(i), v))
		}
	} else if o.has("to") {
		c.to = []*Value{o.c.value(at, to)}
	} else if c.is != "set" && c.is != "empty" {
		o.c.issue(at, codeNeedsTo, c.is)
	}
	return c
}

// joinPath shows a way through nodes.
func joinPath(ids []string) string { return strings.Join(ids, " → ") }
