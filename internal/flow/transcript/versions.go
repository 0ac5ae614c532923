package transcript

import (
	"fmt"
	"slices"

	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// flowVersions holds the flows of a transcript in all their versions; it implements flow.Defs.
type flowVersions struct {
	order     []flow.ID
	versions  map[flow.ID][]*flow.Def // the version number is the position, from 1
	forgotten map[flow.ID]int         // versions up to this number are unreadable
}

func newFlowVersions() *flowVersions {
	return &flowVersions{versions: map[flow.ID][]*flow.Def{}, forgotten: map[flow.ID]int{}}
}

// publish compiles doc and adds it as the next version of its flow.
func (s *flowVersions) publish(file string, doc []byte, reg flow.Registry) error {
	if reg.Supports == nil {
		reg.Supports = engine.Supported
	}
	reg.Flow = s.Published
	if now, err := flow.Upgrade(doc); err == nil { // Compile refuses an unknown format, with the reason
		doc = now
	}
	def, issues := flow.Compile(doc, reg)
	if def == nil {
		return &refusal{file, issues}
	}
	published := s.versions[def.ID]
	if len(published) == 0 {
		s.order = append(s.order, def.ID)
	}
	def = def.WithVersion(len(published) + 1)
	s.versions[def.ID] = append(slices.Clip(published), def)
	return nil
}

// refusal is the error of a flow that cannot be published.
type refusal struct {
	file   string
	issues []flow.Issue
}

// Error names the first issue that is an error.
func (r *refusal) Error() string {
	for _, i := range r.issues {
		if i.Severity == flow.SevError {
			return fmt.Sprintf("%s: %s: %s [%s]", r.file, i.Path, i.Message, i.Code)
		}
	}
	return r.file + ": does not compile"
}

// has reports whether the errors include a code, at a path when one is given.
func (r *refusal) has(want []string) bool {
	return slices.ContainsFunc(r.issues, func(i flow.Issue) bool {
		return i.Severity == flow.SevError && i.Code == want[0] && (len(want) == 1 || i.Path == want[1])
	})
}

// forget makes all versions of a flow but the last unreadable.
func (s *flowVersions) forget(id flow.ID) { s.forgotten[id] = len(s.versions[id]) - 1 }

// Published implements flow.Defs.
func (s *flowVersions) Published(id flow.ID) (*flow.Def, bool) {
	v := s.versions[id]
	if len(v) == 0 {
		return nil, false
	}
	return v[len(v)-1], true
}

// Version implements flow.Defs.
func (s *flowVersions) Version(id flow.ID, version int) (*flow.Def, bool) {
	v := s.versions[id]
	if version < 1 || version > len(v) || version <= s.forgotten[id] {
		return nil, false
	}
	return v[version-1], true
}

// Flows implements flow.Defs.
func (s *flowVersions) Flows() []*flow.Def {
	out := make([]*flow.Def, 0, len(s.order))
	for _, id := range s.order {
		if def, ok := s.Published(id); ok {
			out = append(out, def)
		}
	}
	return out
}
