package chat

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
		reg.Supports = engine.SupportedWith(engine.AllNeeds()...)
	}
	reg.Flow = s.Published
	def, issues := flow.Compile(doc, reg)
	if def == nil {
		for _, i := range issues {
			if i.Severity == flow.SevError {
				return fmt.Errorf("%s: %s: %s", file, i.Path, i.Message)
			}
		}
		return fmt.Errorf("%s: does not compile", file)
	}
	known := s.versions[def.ID]
	if len(known) == 0 {
		s.order = append(s.order, def.ID)
	}
	def = def.At(len(known) + 1)
	s.versions[def.ID] = append(slices.Clip(known), def)
	return nil
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
