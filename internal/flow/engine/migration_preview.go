package engine

import "recado/internal/flow"

// MigrationOutcome is the effect of a newly published version on an open run, at its
// next input.
type MigrationOutcome string

// The fates.
const (
	RunUntouched MigrationOutcome = "untouched" // no run of this flow, or already this version
	RunMigrates  MigrationOutcome = "moves"     // goes on in the new version
	RunFinishes  MigrationOutcome = "finishes"  // ends with the version it began with
	RunRestarts  MigrationOutcome = "restarts"  // restarts, and the customer reads so
	RunLost      MigrationOutcome = "lost"      // its version is gone and it fits nowhere: a person takes over
)

// PreviewMigration returns, before next is published, its effect on the run r of a
// conversation: the decision of migration.toPublished without the change.
func PreviewMigration(d flow.Defs, r Run, next *flow.Def) MigrationOutcome {
	var m machine
	m.defs, m.r = d, r
	fate := RunUntouched
	for i, f := range r.Stack {
		if f.Flow != next.ID || f.Version == next.Version || f.Stay {
			continue
		}
		old, known := d.Version(f.Flow, f.Version)
		switch m.migration().policy(i, next, known) {
		case flow.Restart:
			return RunRestarts
		case flow.Migrate:
			if _, ok := m.migration().target(f, old, next, i == len(r.Stack)-1); ok {
				fate = RunMigrates
				continue
			}
		case flow.Finish:
		}
		if !known {
			return RunLost
		}
		return RunFinishes
	}
	return fate
}
