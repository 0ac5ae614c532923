package engine

import (
	"maps"
	"slices"
	"time"

	"recado/internal/flow"
)

// finishWithin is how long a run may go on with a version that it cannot leave.
const finishWithin = 7 * 24 * time.Hour

// toPublished moves the run to the published versions of its flows, as the new
// version's policy says. It happens at an input, never by itself.
func (m migration) toPublished() {
	for i := 0; i < len(m.r.Stack) && !m.restarted; i++ { // a restart drops the called flows
		f := &m.r.Stack[i]
		def, ok := m.defs.Published(f.Flow)
		if !ok || def.Version == f.Version || f.Stay {
			continue
		}
		m.moveFrame(i, def)
	}
}

// policy returns how a new version treats open runs. A run whose own version is gone
// can only move, and a called flow cannot restart by itself.
func (m migration) policy(i int, next *flow.Def, known bool) flow.NewVersion {
	switch p := next.Settings.OnNewVersion; {
	case p == flow.Restart && i == 0 && m.r.Paused == nil:
		return flow.Restart
	case p == flow.Migrate || !known:
		return flow.Migrate
	}
	return flow.Finish
}

// moveFrame brings one frame to another version, or decides that it stays.
func (m migration) moveFrame(i int, def *flow.Def) {
	f := m.r.Stack[i]
	old, known := m.defs.Version(f.Flow, f.Version)
	onTop := i == len(m.r.Stack)-1
	switch m.policy(i, def, known) {
	case flow.Restart:
		m.restart(def)
		return
	case flow.Migrate:
		if node, ok := m.target(f, old, def, onTop); ok {
			m.migrate(i, old, def, node, onTop)
			return
		}
	case flow.Finish:
	}
	if !known {
		return // the caller finds that the version is gone
	}
	m.frame()
	m.r.Stack[i].Stay = true
	m.r.Expires = min(m.r.Expires, m.now.Add(finishWithin))
	m.event(Event{Kind: Migrated, Name: "stay"})
}

// restart restarts the run with the new version and says so. The message just written
// answered a question that is gone.
func (m migration) restart(def *flow.Def) {
	trigger := m.r.Trigger
	m.endRun("new_version")
	m.r.Suspended = nil
	m.sendText(sayRestart.InLocale(m.locale()))
	m.start(def, "", Event{Rule: "new_version"})
	m.r.Trigger = trigger
	m.restarted = true
}

// target reports whether a frame can go on in def, and at which node: the node
// (under its present name) is of the same type, and its wait fits.
func (m migration) target(f Frame, old, def *flow.Def, onTop bool) (flow.NodeID, bool) {
	next, ok := def.Node(f.Node)
	if !ok {
		return "", false
	}
	if old == nil { // nothing to compare with: only a wait that needs no memory fits
		_, menu := next.(*flow.MenuNode)
		return next.Head().ID, onTop && (!menu || m.r.Wait != nil && len(m.r.Wait.Options) == 0)
	}
	prev, ok := old.Node(f.Node)
	if !ok || prev.Type() != next.Type() {
		return "", false
	}
	if !onTop {
		a, b := prev.(*flow.CallNode)
		c, d := next.(*flow.CallNode)
		return next.Head().ID, b && d && a.Flow == c.Flow
	}
	switch next := next.(type) {
	case *flow.MenuNode:
		prev, _ := prev.(*flow.MenuNode)
		return next.ID, fitsMenu(m.menu(prev).onScreen(nil), next) && prev.Multiple == next.Multiple
	case *flow.AskNode:
		prev, _ := prev.(*flow.AskNode)
		return next.ID, prev.As == next.As && (m.r.Wait == nil || m.r.Wait.Confirm == nil || len(next.Confirm) > 0)
	case *flow.WaitEventNode:
		prev, _ := prev.(*flow.WaitEventNode)
		return next.ID, prev.Event == next.Event
	default:
		return next.Head().ID, true
	}
}

// fitsMenu reports whether every option on screen still exists.
func fitsMenu(shown []Offered, n *flow.MenuNode) bool {
	if n.From != nil {
		return true
	}
	for _, o := range shown {
		if optionByID(n, o.ID) == nil {
			return false
		}
	}
	return true
}

// migrate moves a frame; the numbers on the customer's screen keep their meaning.
func (m migration) migrate(i int, old, def *flow.Def, node flow.NodeID, onTop bool) {
	var shown []Offered
	if onTop && m.r.Wait != nil && m.r.Wait.Kind == ForReply && old != nil {
		if n, ok := old.Nodes[m.r.Stack[i].Node].(*flow.MenuNode); ok {
			shown = slices.Clone(m.menu(n).onScreen(nil))
		}
	}
	m.frame()
	f := &m.r.Stack[i]
	f.Version, f.Hash, f.Node = def.Version, def.Hash[:min(12, len(def.Hash))], node
	f.Trail, f.Vars = presentNames(f.Trail, def), keepOldVars(f.Vars, def)
	if onTop {
		m.open()
		if next, ok := m.node().(*flow.MenuNode); ok && shown != nil && !m.sameAsAuthored(next, shown) {
			m.wait().Options = shown
		}
	}
	m.event(Event{Kind: Migrated, Name: "to", Version: def.Version, Flow: def.ID})
}

// sameAsAuthored reports whether the screen shows the node's own options, number by number.
func (m migration) sameAsAuthored(n *flow.MenuNode, shown []Offered) bool {
	return n.From == nil && slices.EqualFunc(shown, n.Options, func(o Offered, opt flow.Option) bool {
		return o.ID == opt.ID && o.Label == ""
	})
}

// presentNames gives the questions asked their present names; those that are gone are dropped.
func presentNames(trail []flow.NodeID, def *flow.Def) []flow.NodeID {
	out := make([]flow.NodeID, 0, len(trail))
	for _, id := range trail {
		if n, ok := def.Node(id); ok {
			out = append(out, n.Head().ID)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// keepOldVars moves variables that def does not know into one object; vars itself
// stays as it is.
func keepOldVars(vars Vars, def *flow.Def) Vars {
	next, gone := vars, map[string]any(nil)
	for name, v := range vars.All() {
		if _, known := slices.BinarySearch(def.Names, name); known || name == flow.OldVars {
			continue
		}
		if gone == nil {
			kept, _ := vars.Get(flow.OldVars)
			was, _ := kept.(map[string]any)
			if gone = maps.Clone(was); gone == nil {
				gone = map[string]any{}
			}
			next = vars.copied().put(flow.OldVars, gone)
		}
		gone[name] = v
		next = next.drop(name)
	}
	return next
}
