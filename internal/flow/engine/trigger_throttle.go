package engine

import (
	"time"

	"recado/internal/flow"
)

// allowed reports whether once_per allows the trigger.
func (m triggers) allowed(c candidate) bool {
	if c.t.OncePer == 0 {
		return true
	}
	key := c.key()
	for _, o := range m.r.Throttled {
		if o.Trigger == key && m.now < o.Until {
			m.event(Event{Kind: Ignored, Name: "once_per", Flow: c.def.ID, Rule: c.t.ID})
			return false
		}
	}
	return true
}

// throttle remembers that a trigger with once_per fired.
func (m triggers) throttle(key string, per time.Duration) {
	once := make([]TriggerThrottle, 0, len(m.r.Throttled)+1)
	for _, o := range m.r.Throttled {
		if o.Trigger != key && m.now < o.Until {
			once = append(once, o)
		}
	}
	m.r.Throttled = append(once, TriggerThrottle{key, m.now.Add(per)})
}

// throttleAfterRun counts once_per from the end of a run, for the trigger that started it
// and for those that take any message: "thanks" after a long chat must not open
// the menu.
func (m triggers) throttleAfterRun() {
	root, ok := m.defs.Version(m.r.Stack[0].Flow, m.r.Stack[0].Version)
	if !ok {
		return
	}
	for i := range root.Triggers {
		t := &root.Triggers[i]
		if t.OncePer == 0 {
			continue
		}
		if key := string(root.ID) + "/" + t.ID; t.On == flow.OnAnyMessage || key == m.r.Trigger {
			m.throttle(key, t.OncePer)
		}
	}
}

// recordStart records the trigger that started the run under way.
func (m triggers) recordStart(c candidate) {
	key := c.key()
	if m.r.Active() {
		m.r.Trigger = key
	}
	if c.t.OncePer > 0 {
		m.throttle(key, c.t.OncePer)
	}
}
