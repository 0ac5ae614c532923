package engine

import (
	"time"

	"recado/internal/flow"
)

// start silences the bot and calls a person. A handoff node keeps the run, which waits
// for the person to finish; without one (nil, or a bare @human) the run ends, because
// it has no place to continue.
func (m handoff) start(n *flow.HandoffNode, reason string) {
	h := &Handoff{Reason: reason}
	p := &Pause{Reason: "handoff", Since: m.now}
	keep := n != nil && n.ID != ""
	if n != nil {
		if keep {
			m.say(n.Say)
		} else {
			m.sayPhrase(sayHuman)
		}
		m.limits.exceeded = "" // a limit that the farewell hit does not matter: a person is called now
		h.Queue, h.Note = n.Queue, m.render(n.Note)
		switch {
		case n.Resume == "after_quiet":
			p.Silence = n.Quiet.Milliseconds()
		case !keep: // no rule for when the bot may speak again, so silence decides
			p.Silence = m.humanQuiet().Milliseconds()
		}
		if p.Silence > 0 {
			p.Until = m.now.Add(time.Duration(p.Silence) * time.Millisecond)
		}
		if n.NoAnswer != nil && keep {
			p.NoAnswer = m.now.Add(n.NoAnswer.After)
		}
	}
	if m.def != nil {
		h.Flow = m.def.ID
		if len(m.r.Stack) > 0 {
			h.Node = m.top().Node
		}
	}
	m.effect(h)
	m.event(Event{Kind: Paused, Name: "handoff", Rule: reason})
	m.r.Question, m.r.Deferred = nil, nil
	if keep {
		m.waitFor(Wait{Kind: ForHuman, Since: m.now})
	} else {
		m.endRun("handoff")
	}
	m.r.Suspended = nil
	m.r.Paused = p
}

// callHuman hands over without a handoff node.
func (m handoff) callHuman(reason string) {
	m.start(&flow.HandoffNode{Resume: "after_close"}, reason)
}

// humanSent silences the bot because a person of the shop wrote, and recalls its
// queued messages.
func (m handoff) humanSent(in *HumanSent) {
	m.r.Epoch++
	p := Pause{Reason: "human", Since: m.now}
	if m.r.Paused != nil {
		p = *m.r.Paused
	} else {
		m.event(Event{Kind: Paused, Name: "human", Rule: in.By})
	}
	p.Taken, p.NoAnswer = true, 0
	switch {
	case p.Silence > 0:
		p.Until = m.now.Add(time.Duration(p.Silence) * time.Millisecond)
	case p.Reason == "human":
		p.Until = m.now.Add(m.humanQuiet())
	}
	m.r.Paused = &p
	m.r.Deferred = nil
}

// humanQuiet is how long a person must be silent for the bot to come back.
func (m handoff) humanQuiet() time.Duration {
	if q := m.env.Shop.HumanQuiet; q > 0 {
		return q
	}
	return DefaultHumanQuiet
}

// pauseOver ends a pause whose time has come; it reports whether the bot may speak.
func (m handoff) pauseOver() bool {
	p := m.r.Paused
	if p.Until == 0 || m.now < p.Until {
		return false
	}
	m.unpause("quiet")
	return true
}

// unpause ends the pause. A handoff continues at its on_resume; a run that a person
// interrupted by writing ends, unless a command of that person resumes it.
func (m handoff) unpause(why string) {
	reason := m.r.Paused.Reason
	m.r.Paused = nil
	m.event(Event{Kind: Resumed, Name: why})
	if m.r.Active() {
		m.extendExpiry() // the pause does not count
	}
	w := m.r.Wait
	switch {
	case w != nil && w.Kind == ForHuman:
		n, ok := m.node().(*flow.HandoffNode)
		if !ok {
			m.endRun("handoff")
			return
		}
		m.r.Wait = nil
		m.event(Event{Kind: Branch, Name: "on_resume"})
		if n.Resume == "never" {
			m.endRun("handoff")
			return
		}
		m.traverse(n.OnResume)
	case reason == "human" && why == "quiet":
		m.endRun("human")
	}
}

// noAnswer acts when no person took the conversation in time.
func (m handoff) noAnswer() {
	p := *m.r.Paused
	p.NoAnswer = 0
	m.r.Paused = &p
	n, ok := m.node().(*flow.HandoffNode)
	if !ok || n.NoAnswer == nil {
		return
	}
	m.event(Event{Kind: Branch, Name: "no_answer"})
	m.say(n.NoAnswer.Say)
	m.effect(&Notify{To: "owner", Queue: n.Queue, Reason: "no_answer"})
	if n.NoAnswer.Next != "" {
		m.r.Paused, m.r.Wait = nil, nil
		m.traverse(n.NoAnswer.Next)
	}
}
