package transcript

import (
	"fmt"
	"slices"

	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// shelf holds the flows of a transcript in all their versions; it implements flow.Defs.
type shelf struct {
	order    []flow.ID
	versions map[flow.ID][]*flow.Def // the version number is the position, from 1
	gone     map[flow.ID]int         // versions up to this number are gone
}

func newShelf() *shelf {
	return &shelf{versions: map[flow.ID][]*flow.Def{}, gone: map[flow.ID]int{}}
}

// publish compiles doc as the next version of its flow.
func (s *shelf) publish(file string, doc []byte, reg flow.Registry) error {
	if reg.Supports == nil {
		reg.Supports = engine.Supported
	}
	reg.Flow = s.Published
	if now, err := flow.Upgrade(doc); err == nil { // one of no known format is refused below, with the reason
		doc = now
	}
	def, issues := flow.Compile(doc, reg)
	if def == nil {
		return &refusal{file, issues}
	}
	known := s.versions[def.ID]
	if len(known) == 0 {
		s.order = append(s.order, def.ID)
	}
	def = def.WithVersion(len(known) + 1)
	s.versions[def.ID] = append(slices.Clip(known), def)
	return nil
}

// refusal is a flow that cannot be published.
type refusal struct {
	file   string
	issues []flow.Issue
}

// Error tells the first of the reasons.
func (r *refusal) Error() string {
	for _, i := range r.issues {
		if i.Severity == flow.SevError {
			return fmt.Sprintf("%s: %s: %s [%s]", r.file, i.Path, i.Message, i.Code)
		}
	}
	return r.file + ": does not compile"
}

// has reports whether a code, and a path when one is given, is among the errors.
func (r *refusal) has(want []string) bool {
	return slices.ContainsFunc(r.issues, func(i flow.Issue) bool {
		return i.Severity == flow.SevError && i.Code == want[0] && (len(want) == 1 || i.Path == want[1])
	})
}

// forget makes every version of a flow but the last unreadable.
func (s *shelf) forget(id flow.ID) { s.gone[id] = len(s.versions[id]) - 1 }

// Published implements flow.Defs.
func (s *shelf) Published(id flow.ID) (*flow.Def, bool) {
	v := s.versions[id]
	if len(v) == 0 {
		return nil, false
	}
	return v[len(v)-1], true
}

// Version implements flow.Defs.
func (s *shelf) Version(id flow.ID, version int) (*flow.Def, bool) {
	v := s.versions[id]
	if version < 1 || version > len(v) || version <= s.gone[id] {
		return nil, false
	}
	return v[version-1], true
}

// Flows implements flow.Defs.
func (s *shelf) Flows() []*flow.Def {
	out := make([]*flow.Def, 0, len(s.order))
	for _, id := range s.order {
		if def, ok := s.Published(id); ok {
			out = append(out, def)
		}
	}
	return out
}
