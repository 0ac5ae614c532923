package engine

import "recado/internal/flow"

// Fate is what a published version will do to an open run at its next input.
type Fate string

// The fates.
const (
	Untouched Fate = "untouched" // no run of this flow, or already this version
	Moves     Fate = "moves"     // goes on in the new version
	Finishes  Fate = "finishes"  // ends with the version it began with
	Restarts  Fate = "restarts"  // begins anew, and is told so
	Lost      Fate = "lost"      // its version is gone and it fits nowhere: a person takes over
)

// FateOf tells, before publishing, what next would do to the run r of a
// conversation. It is what republishing does, without doing it.
func FateOf(d flow.Defs, r Run, next *flow.Def) Fate {
	m := machine{defs: d, r: r}
	fate := Untouched
	for i, f := range r.Stack {
		if f.Flow != next.ID || f.Version == next.Version || f.Stay {
			continue
		}
		old, known := d.Version(f.Flow, f.Version)
		switch m.policy(i, next, known) {
		case flow.Restart:
			return Restarts
		case flow.Migrate:
			if _, ok := m.movable(f, old, next, i == len(r.Stack)-1); ok {
				fate = Moves
				continue
			}
		case flow.Finish:
		}
		if !known {
			return Lost
		}
		return Finishes
	}
	return fate
}
