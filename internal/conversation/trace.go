package conversation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// TraceStep explains one step: its input, which rules matched and why, its
// effects. A Trace's Data is a list of them.
type TraceStep struct {
	At      time.Time       `json:"at"`
	Input   json.RawMessage `json:"input,omitempty"` // as engine.EncodeInput writes it, without files
	Began   bool            `json:"began,omitempty"` // no flow was active before
	Events  []engine.Event  `json:"events"`
	Effects []engine.Effect `json:"effects,omitempty"`
	Flow    flow.ID         `json:"flow,omitempty"` // where the run is afterwards; empty when it has ended
	Version int             `json:"version,omitempty"`
	Node    flow.NodeID     `json:"node,omitempty"`
	Status  engine.Status   `json:"status,omitempty"`
	Cut     bool            `json:"cut,omitempty"` // input and effects were too large to keep
}

// maxTrace bounds the trace of one commit, in bytes. Beyond it only events are kept.
const maxTrace = 64 << 10

// NewTraceStep describes a step of the engine; in is nil for an item that the flow
// did not see. Events and effects are not copied.
func NewTraceStep(at time.Time, in engine.Input, before, after engine.Run, effects []engine.Effect, events []engine.Event) TraceStep {
	s := TraceStep{At: at.UTC(), Began: !before.Active(), Events: events, Effects: withoutFiles(effects), Status: after.Status}
	if events == nil {
		s.Events = []engine.Event{} // [] as JSON
	}
	if in == nil {
		s.Began = false
	} else if b, err := engine.EncodeInput(inputWithoutFiles(in)); err == nil {
		s.Input = b
	}
	if f, ok := after.At(); ok {
		s.Flow, s.Version, s.Node = f.Flow, f.Version, f.Node
	}
	return s
}

func inputWithoutFiles(in engine.Input) engine.Input {
	m, ok := in.(*engine.Message)
	if !ok {
		return in
	}
	c := *m
	c.Content = contentWithoutFiles(m.Content)
	c.Also = nil
	for _, also := range m.Also {
		c.Also = append(c.Also, contentWithoutFiles(also))
	}
	return &c
}

func contentWithoutFiles(c message.Content) message.Content {
	if c.Media != nil {
		media := *c.Media
		media.Ref, media.Data = nil, nil
		c.Media = &media
	}
	return c
}

func withoutFiles(effects []engine.Effect) []engine.Effect {
	out := slices.Clone(effects)
	for i := range out {
		if s, ok := out[i].Do.(*engine.Send); ok && s.Content.Media != nil {
			c := *s
			c.Content = contentWithoutFiles(c.Content)
			out[i].Do = &c
		}
	}
	return out
}

// EncodeTrace writes the steps of one commit.
func EncodeTrace(steps []TraceStep) (json.RawMessage, error) {
	if len(steps) == 0 {
		return nil, nil
	}
	data, err := json.Marshal(steps)
	if err == nil && len(data) > maxTrace {
		cut := make([]TraceStep, 0, len(steps))
		for _, s := range steps {
			s.Input, s.Effects, s.Cut = nil, nil, true
			s.Events = s.Events[:min(len(s.Events), 200)]
			cut = append(cut, s)
		}
		data, err = json.Marshal(cut)
	}
	if err != nil {
		return nil, fmt.Errorf("write trace: %w", err)
	}
	return data, nil
}

// DecodeTraces reads the steps of traces that are sorted by Rev, the newest first,
// and returns them in the order in which they were made.
func DecodeTraces(traces []Trace) ([]TraceStep, error) {
	var all []TraceStep
	for _, t := range slices.Backward(traces) {
		var steps []TraceStep
		if err := json.Unmarshal(t.Data, &steps); err != nil {
			return nil, fmt.Errorf("read trace: %w", err)
		}
		all = append(all, steps...)
	}
	return all, nil
}
