package engine

import (
	"maps"
	"slices"
)

// MaxTags bounds a contact's tags; more are not added.
const MaxTags = 100

// Apply returns the contact after p, with its tags sorted and no tag twice. A
// tag that p both removes and adds is there afterwards. c itself stays as it is.
func (c Contact) Apply(p *ContactPatch) Contact {
	c.Tags = retagged(c.Tags, p.AddTags, p.RemoveTags)
	c.Vars, c.Fields = patched(c.Vars, p.Vars), patched(c.Fields, p.Fields)
	if p.Language != "" {
		c.Language = p.Language
	}
	if p.Marketing != "" {
		c.Fields = patched(c.Fields, map[string]any{"marketing": p.Marketing})
	}
	return c
}

func retagged(tags, add, remove []string) []string {
	if len(add) == 0 && len(remove) == 0 {
		return tags
	}
	next := slices.DeleteFunc(slices.Clone(tags), func(t string) bool { return slices.Contains(remove, t) })
	for _, t := range add {
		if len(next) < MaxTags && !slices.Contains(next, t) {
			next = append(next, t)
		}
	}
	slices.Sort(next)
	return next
}

// patched returns old with change in it; a nil value removes.
func patched(old, change map[string]any) map[string]any {
	if len(change) == 0 {
		return old
	}
	next := maps.Clone(old)
	if next == nil {
		next = make(map[string]any, len(change))
	}
	for k, v := range change {
		if v == nil {
			delete(next, k)
		} else {
			next[k] = v
		}
	}
	return next
}
