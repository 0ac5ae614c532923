package engine

// machine is one step in progress, with everything that a step may do: it walks the
// flow, starts and ends runs. Each layer below it may do less, so a receiver says how
// much of a step its code touches:
//
//	step       reads the input, moves through the Run, records effects and events
//	evaluator  evaluates conditions, expressions and templates
//	memory     writes variables and the contact
//	sender     sends messages
//	machine    walks from node to node
//
// The layers embed each other by value, because a machine lives on the stack: it
// moves to the heap as soon as anything keeps a pointer into it (check with
// go build -gcflags=-m). Parts with rules of their own, such as triggers or timers,
// are views that hold a pointer to the machine for the length of one call.
type machine struct {
	sender

	restarted bool // a new version restarted the run: the input is used up
	proactive bool // the customer did not write: ending the run throttles no trigger
}

type (
	triggers         struct{ *machine }
	interruption     struct{ *machine }
	selection        struct{ *machine }
	timers           struct{ *machine }
	handoff          struct{ *machine }
	commands         struct{ *machine }
	migration        struct{ *machine }
	deferredMessages struct{ *machine }
)

func (m *machine) triggers() triggers         { return triggers{m} }
func (m *machine) interruption() interruption { return interruption{m} }
func (m *machine) selection() selection       { return selection{m} }
func (m *machine) timers() timers             { return timers{m} }
func (m *machine) handoff() handoff           { return handoff{m} }
func (m *machine) commands() commands         { return commands{m} }
func (m *machine) migration() migration       { return migration{m} }
func (m *machine) deferred() deferredMessages { return deferredMessages{m} }

func (m *machine) handle(in Input) {
	m.open()
	switch in := in.(type) {
	case *Message:
		if in != nil {
			m.message(in)
		}
	case *Timer:
		if in != nil {
			m.timers().fire(in)
		}
	case *Result:
		if in != nil {
			m.httpResult(in)
		}
	case *HumanSent:
		if in != nil {
			m.handoff().humanSent(in)
		}
	case *Command:
		if in != nil {
			m.commands().execute(in)
		}
	case *ExternalEvent:
		if in != nil {
			m.externalEvent(in)
		}
	default:
		m.event(Event{Kind: Ignored, Name: "unknown_input"})
	}
	m.deferred().handle()
}

// finish derives status, timer and size from the new state.
func (m *machine) finish() {
	if m.limits.exceeded != "" {
		m.traverse("")
	}
	m.limitSize()
	switch {
	case m.r.Paused != nil || m.r.OptedOut != 0:
		m.r.Status = StatusPaused
	case m.r.Active() || m.r.Question != nil:
		m.r.Status = StatusWaiting
	case m.r.Status != StatusIdle || len(m.r.Suspended) > 0:
		m.r.Status = StatusEnded
	}
	m.timers().schedule()
}
