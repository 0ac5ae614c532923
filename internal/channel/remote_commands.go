package channel

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"recado/internal/bus"
	"recado/internal/cluster"
)

// A command for a channel that another node serves is asked of that node over
// the bus, and answered over it.
const (
	eventCommand = "channel.command"
	eventAnswer  = "channel.answer"
)

type verb string

const (
	doActivate   verb = "activate"
	doDeactivate verb = "deactivate"
	doPair       verb = "pair"
)

type command struct {
	ID     string `json:"id"`
	Type   Type   `json:"type"`
	Do     verb   `json:"do"`
	Logout bool   `json:"logout,omitempty"`
	Phone  string `json:"phone,omitempty"`
}

type answer struct {
	ID    string `json:"id"`
	Code  Code   `json:"code,omitzero"`
	Error string `json:"error,omitempty"`
}

// answerWait is how long the other node has: unlinking waits for WhatsApp.
const answerWait = 15 * time.Second

// ErrOwnerSilent says that another node has the shop and does not answer: it has
// died a moment ago, or this is the moment of a hand-over. Trying again helps.
var ErrOwnerSilent = fmt.Errorf("%w, which does not answer", cluster.ErrOwned)

// told are the errors that keep their identity on the way between nodes.
var told = []error{
	ErrInvalidType, ErrNotConfigured, ErrQRTimeout, ErrNotConnecting, ErrNoPairing, ErrInvalidPhone, ErrPairingRefused,
}

func (s *Service) activateElsewhere(ctx context.Context, k Key) (Activation, error) {
	st, live, err := s.m.liveStates.State(ctx, k)
	if err != nil {
		return Activation{}, fmt.Errorf("read channel state: %w", err)
	}
	if !live {
		if _, err := s.ask(ctx, k, command{Do: doActivate}); err != nil {
			return Activation{}, err
		}
		if st, err = s.State(ctx, k.Shop, k.Type); err != nil {
			return Activation{}, err
		}
	}
	return Activation{State: st, AlreadyActive: st.Status == Active, Restoring: st.Reason == Restoring}, nil
}

func (s *Service) deactivateElsewhere(ctx context.Context, k Key, logout bool) (State, error) {
	if _, err := s.ask(ctx, k, command{Do: doDeactivate, Logout: logout}); err != nil {
		return State{}, err
	}
	return s.State(ctx, k.Shop, k.Type)
}

func (s *Service) pairElsewhere(ctx context.Context, k Key, phone string) (Code, error) {
	a, err := s.ask(ctx, k, command{Do: doPair, Phone: phone})
	return a.Code, err
}

// ask gives c to the node that serves the shop.
func (s *Service) ask(ctx context.Context, k Key, c command) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	events, err := s.m.bus.Subscribe(ctx, 256)
	if err != nil {
		return answer{}, fmt.Errorf("ask another node: %w", err)
	}
	c.ID, c.Type = rand.Text(), k.Type
	if err := publish(ctx, s.m.bus, k.Shop, eventCommand, c); err != nil {
		return answer{}, fmt.Errorf("ask another node: %w", err)
	}
	for e := range events {
		var a answer
		if e.Name != eventAnswer || json.Unmarshal(e.Data, &a) != nil || a.ID != c.ID {
			continue
		}
		return a, a.err()
	}
	return answer{}, ErrOwnerSilent
}

func (a answer) err() error {
	if a.Error == "" {
		return nil
	}
	for _, err := range told {
		if err.Error() == a.Error {
			return err
		}
	}
	return errors.New(a.Error)
}

// Serve carries out what other nodes ask of the shops of this one, until ctx ends.
func (s *Service) Serve(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for ctx.Err() == nil {
		events, err := s.m.bus.Subscribe(ctx, 1024)
		if err != nil {
			return fmt.Errorf("hear other nodes: %w", err)
		}
		for e := range events {
			var c command
			if e.Name == eventCommand && json.Unmarshal(e.Data, &c) == nil && s.m.owns(e.Shop) {
				wg.Go(func() { s.serve(ctx, e, c) })
			}
		}
	}
	return nil
}

func (s *Service) serve(ctx context.Context, e bus.Event, c command) {
	a := answer{ID: c.ID}
	var err error
	switch c.Do {
	case doActivate:
		_, err = s.Activate(ctx, e.Shop, c.Type)
	case doDeactivate:
		_, err = s.Deactivate(ctx, e.Shop, c.Type, c.Logout)
	case doPair:
		a.Code, err = s.Pair(ctx, e.Shop, c.Type, c.Phone)
	}
	if err != nil {
		a.Error = tell(err)
	}
	if err := publish(context.WithoutCancel(ctx), s.m.bus, e.Shop, eventAnswer, a); err != nil {
		s.m.log.Error("answer another node", "shop", e.Shop, "err", err)
	}
}

// tell is the text by which the asking node knows err again.
func tell(err error) string {
	for _, known := range told {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}
