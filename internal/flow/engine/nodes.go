package engine

import (
	"strconv"

	"recado/internal/flow"
	"recado/internal/flow/hours"
)

// enterMessage says something, one of its variants when it has several.
func (m *machine) enterMessage(n *flow.MessageNode) flow.Ref {
	say := n.Say
	if k := len(n.Variants); k > 0 {
		if i := m.pick(k+1, string(n.ID)); i > 0 {
			say = n.Variants[i-1]
		}
	}
	m.say(say)
	return n.Next
}

// pick chooses among n for this step, the same again when the step is repeated.
func (m *machine) pick(n int, salt string) int {
	return int(hash(m.seed()+"|"+salt) % uint32(n))
}

func (m *machine) enterIf(n *flow.IfNode) flow.Ref {
	for i := range n.Cases {
		if m.holds(n.Cases[i].When) {
			m.event(Event{Kind: Branch, Name: "cases." + strconv.Itoa(i), Text: n.Cases[i].Title})
			return n.Cases[i].Next
		}
	}
	m.event(Event{Kind: Branch, Name: "else"})
	return n.Else
}

func (m *machine) enterSet(n *flow.SetNode) flow.Ref {
	for i := range n.Vars {
		m.set(n.Vars[i].Path, m.eval(n.Vars[i].Value))
	}
	return n.Next
}

func (m *machine) enterEnd(n *flow.EndNode) flow.Ref {
	m.say(n.Say)
	returns := make(map[string]any, len(n.Returns))
	for _, r := range n.Returns {
		returns[r.Path] = m.eval(r.Value)
	}
	return m.endFrame(n.Outcome, returns)
}

func (m *machine) enterHours(n *flow.HoursNode) flow.Ref {
	c := m.env.Shop.Hours
	if n.Calendar != "" {
		var ok bool
		if c, ok = m.env.Shop.Calendars[n.Calendar]; !ok {
			m.event(Event{Kind: Warned, Name: "no_calendar", Text: n.Calendar})
		}
	}
	exit, to := "closed", n.Closed
	switch c.State(m.env.Now) {
	case hours.Open:
		exit, to = "open", n.Open
	case hours.Holiday:
		exit, to = "holiday", n.Holiday
	case hours.Closed:
	}
	m.event(Event{Kind: Branch, Name: exit})
	return to
}

// enterSplit sends customers different ways by weight: the same contact, or the
// same run, always the same way.
func (m *machine) enterSplit(n *flow.SplitNode) flow.Ref {
	total := 0
	for _, a := range n.Arms {
		total += a.Weight
	}
	who := string(m.env.Shop.ID) + "|" + m.env.Conversation + "|" + string(m.def.ID) + "|" + string(n.ID)
	if n.Sticky == "run" {
		who += "|" + m.r.ID
	}
	at := int(hash(Key(m.env.Shop.ID, who, "split", 0, 0)) % uint32(max(1, total)))
	for i, a := range n.Arms {
		if at -= a.Weight; at < 0 {
			m.event(Event{Kind: Branch, Name: "arms." + strconv.Itoa(i), Text: a.Title})
			return a.Next
		}
	}
	return flow.End
}

func (m *machine) enterNotify(n *flow.NotifyNode) flow.Ref {
	text := m.render(n.Text)
	for _, to := range n.To {
		e := &Notify{To: to, Text: text, Reason: "flow"}
		switch to {
		case "number":
			e.Number = n.Number
		case "queue":
			e.Queue = n.Queue
		}
		m.effect(e)
	}
	return n.Next
}
