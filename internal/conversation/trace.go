package conversation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// TraceStep is how one input was dealt with: what came in, which rules matched and
// why, what was done. A Trace's Data is a list of them.
type TraceStep struct {
	At      time.Time       `json:"at"`
	Input   json.RawMessage `json:"input,omitempty"` // as engine.EncodeInput writes it, without files
	Began   bool            `json:"began,omitempty"` // no run was under way before
	Events  []engine.Event  `json:"events"`
	Effects []engine.Effect `json:"effects,omitempty"`
	Flow    flow.ID         `json:"flow,omitempty"` // where the run stands afterwards; empty when it is over
	Version int             `json:"version,omitempty"`
	Node    flow.NodeID     `json:"node,omitempty"`
	Status  engine.Status   `json:"status,omitempty"`
	Cut     bool            `json:"cut,omitempty"` // input and effects were too large to keep
}

// maxTrace bounds the trace of one commit, in bytes. Beyond it only events are kept.
const maxTrace = 64 << 10

// stepOf notes a step of the engine; events and effects are not copied.
func stepOf(at time.Time, in engine.Input, before, after engine.Run, effects []engine.Effect, events []engine.Event) TraceStep {
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

// encodeTrace writes the steps of one commit.
func encodeTrace(steps []TraceStep) (json.RawMessage, error) {
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

// Trace returns how the conversation's newest answers came about: at most limit
// commits' steps, the oldest first. ErrNotFound.
func (s *Service) Trace(ctx context.Context, shop tenant.ShopID, id ID, limit int) ([]TraceStep, error) {
	if err := s.relays.flush(ctx, shop); err != nil {
		return nil, err
	}
	traces, err := s.o.Store.Traces(ctx, shop, id, Newest, limit)
	if err != nil {
		return nil, err
	}
	var all []TraceStep
	for _, t := range slices.Backward(traces) {
		var steps []TraceStep
		if err := json.Unmarshal(t.Data, &steps); err != nil {
			return nil, fmt.Errorf("read trace of %s: %w", id, err)
		}
		all = append(all, steps...)
	}
	return all, nil
}

// DeleteTraces forgets how answers of all shops came about that are older than before.
func (s *Service) DeleteTraces(ctx context.Context, before time.Time) error {
	return s.o.Store.DropTraces(ctx, before)
}
