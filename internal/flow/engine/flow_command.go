package engine

import "recado/internal/flow"

// flowCommand follows a command of the flow, or of the flow that called it,
// unless the same word is an option on the screen.
func (m *machine) flowCommand() bool {
	if m.text.Key == "" {
		return false
	}
	for depth := len(m.r.Stack) - 1; depth >= 0; depth-- {
		def := m.def
		if depth < len(m.r.Stack)-1 {
			f := &m.r.Stack[depth]
			var ok bool
			if def, ok = m.defs.Version(f.Flow, f.Version); !ok {
				continue
			}
		}
		c := m.matchCommand(def)
		if c == nil {
			continue
		}
		if m.onScreenExactly() {
			return false
		}
		for len(m.r.Stack) > depth+1 { // a command of the caller leaves the called flow
			m.popFrame()
		}
		m.open()
		m.event(Event{Kind: CommandGiven, Name: string(c.Do), Text: m.text.Key})
		m.r.Traffic.understood()
		m.r.Wait = nil
		m.traverse(c.Do)
		return true
	}
	return false
}

func (m *evaluator) matchCommand(def *flow.Def) *flow.Command {
	if def == nil {
		return nil
	}
	key := loose(m.text.Key)
	for i := range def.Commands {
		c := &def.Commands[i]
		for _, w := range c.Words {
			if loose(w) == key && m.holds(c.When) {
				return c
			}
		}
	}
	return nil
}

// idleCommand takes a command word for a wish to begin where it leads.
func (m triggers) idleCommand() bool {
	if m.text.Key == "" {
		return false
	}
	for _, def := range m.defs.Flows() {
		if m.msg.Group && !groupAllowed(def, m.msg.Mentioned) {
			continue
		}
		before := m.def
		m.def = def
		c := m.matchCommand(def)
		m.def = before
		if c == nil {
			continue
		}
		switch c.Do {
		case flow.End, flow.Back, flow.Retry:
			continue
		case flow.Human:
			m.event(Event{Kind: CommandGiven, Flow: def.ID, Name: string(c.Do), Text: m.text.Key})
			m.handoff().callHuman("command")
			return true
		case flow.Start:
			m.start(def, "", Event{Rule: "command", Text: m.text.Key})
			return true
		}
		node, ok := c.Do.Node()
		if n, there := def.Node(node); ok && there && n.Type() == flow.TypeEnd {
			continue // "cancelar" with nothing to cancel
		}
		m.start(def, c.Do, Event{Rule: "command", Text: m.text.Key})
		return true
	}
	return false
}
