package flow

import (
	"slices"

	"recado/internal/flow/normalize"
)

// Command is a word that works anywhere in the flow.
type Command struct {
	Words []string // normalized (normalize.Key)
	Do    Ref
	When  *Cond // nil = always
}

func (c *compiler) commands(o object, d *Def) {
	seen := map[string]bool{}
	o.each("commands", func(_ int, m object) {
		words := normalize.Keys(m.strs("words"))
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

// shadowedCommands warns where a visible option wins over a command of the same word.
func (c *compiler) shadowedCommands(nodes object, d *Def) {
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
