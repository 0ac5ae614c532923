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

// A command for a channel that another node serves is a remote procedure call over
// the bus: the owner of the shop executes it and publishes the reply.
const (
	eventCommand = "channel.command" // remoteCommand
	eventReply   = "channel.answer"  // remoteReply
)

type verb string

const (
	doActivate   verb = "activate"
	doDeactivate verb = "deactivate"
	doPair       verb = "pair"
)

type remoteCommand struct {
	ID     string `json:"id"` // random, repeated in the reply
	Type   Type   `json:"type"`
	Do     verb   `json:"do"`
	Logout bool   `json:"logout,omitempty"`
	Phone  string `json:"phone,omitempty"`
}

type remoteReply struct {
	ID    string `json:"id"`
	Code  Code   `json:"code,omitzero"`
	Error string `json:"error,omitempty"`
}

// replyWait is how long the owner may take: unlinking waits for WhatsApp.
const replyWait = 15 * time.Second

// ErrOwnerSilent says that another node has the shop and does not reply: it died a
// moment ago, or the shop is being handed over. A later attempt succeeds.
var ErrOwnerSilent = fmt.Errorf("%w, which does not answer", cluster.ErrOwned)

// wireErrors are the sentinel errors that keep their identity between nodes, by
// their text.
var wireErrors = []error{
	ErrInvalidType, ErrNotConfigured, ErrQRTimeout, ErrNotConnecting, ErrNoPairing, ErrInvalidPhone, ErrPairingRefused,
}

func (s *Service) activateRemotely(ctx context.Context, k Key) (Activation, error) {
	st, live, err := s.m.liveStates.State(ctx, k)
	if err != nil {
		return Activation{}, fmt.Errorf("read channel state: %w", err)
	}
	if !live {
		if _, err := s.callOwner(ctx, k, remoteCommand{Do: doActivate}); err != nil {
			return Activation{}, err
		}
		if st, err = s.State(ctx, k.Shop, k.Type); err != nil {
			return Activation{}, err
		}
	}
	return newActivation(st), nil
}

func (s *Service) deactivateRemotely(ctx context.Context, k Key, logout bool) (State, error) {
	if _, err := s.callOwner(ctx, k, remoteCommand{Do: doDeactivate, Logout: logout}); err != nil {
		return State{}, err
	}
	return s.State(ctx, k.Shop, k.Type)
}

func (s *Service) pairRemotely(ctx context.Context, k Key, phone string) (Code, error) {
	reply, err := s.callOwner(ctx, k, remoteCommand{Do: doPair, Phone: phone})
	return reply.Code, err
}

// callOwner has the node that serves the shop execute c, and returns its reply.
func (s *Service) callOwner(ctx context.Context, k Key, c remoteCommand) (remoteReply, error) {
	ctx, cancel := context.WithTimeout(ctx, replyWait)
	defer cancel()
	events, err := s.m.bus.Subscribe(ctx, 256)
	if err != nil {
		return remoteReply{}, fmt.Errorf("call owner: %w", err)
	}
	c.ID, c.Type = rand.Text(), k.Type
	if err := publish(ctx, s.m.bus, k.Shop, eventCommand, c); err != nil {
		return remoteReply{}, fmt.Errorf("call owner: %w", err)
	}
	for e := range events {
		var reply remoteReply
		if e.Name == eventReply && json.Unmarshal(e.Data, &reply) == nil && reply.ID == c.ID {
			return reply, decodeError(reply.Error)
		}
	}
	return remoteReply{}, ErrOwnerSilent
}

// Serve executes the commands of other nodes for the shops of this one, until ctx ends.
func (s *Service) Serve(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for ctx.Err() == nil {
		events, err := s.m.bus.Subscribe(ctx, 1024)
		if err != nil {
			return fmt.Errorf("serve other nodes: %w", err)
		}
		for e := range events {
			var c remoteCommand
			if e.Name != eventCommand || json.Unmarshal(e.Data, &c) != nil {
				continue
			}
			if _, owned := s.m.leases.get(e.Shop); owned {
				wg.Go(func() { s.execute(ctx, e, c) })
			}
		}
	}
	return nil
}

func (s *Service) execute(ctx context.Context, e bus.Event, c remoteCommand) {
	reply := remoteReply{ID: c.ID}
	var err error
	switch c.Do {
	case doActivate:
		_, err = s.Activate(ctx, e.Shop, c.Type)
	case doDeactivate:
		_, err = s.Deactivate(ctx, e.Shop, c.Type, c.Logout)
	case doPair:
		reply.Code, err = s.Pair(ctx, e.Shop, c.Type, c.Phone)
	}
	reply.Error = encodeError(err)
	if err := publish(context.WithoutCancel(ctx), s.m.bus, e.Shop, eventReply, reply); err != nil {
		s.m.log.Error("reply to another node", "shop", e.Shop, "err", err)
	}
}

func encodeError(err error) string {
	if err == nil {
		return ""
	}
	for _, sentinel := range wireErrors {
		if errors.Is(err, sentinel) {
			return sentinel.Error()
		}
	}
	return err.Error()
}

func decodeError(text string) error {
	if text == "" {
		return nil
	}
	for _, sentinel := range wireErrors {
		if sentinel.Error() == text {
			return sentinel
		}
	}
	return errors.New(text)
}
