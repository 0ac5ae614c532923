package conversation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

// tardy is a store that has something to relay after each commit, as those have
// that cannot change many records at once.
type tardy struct {
	conversation.Store
	failing atomic.Bool

	mu     sync.Mutex
	left   map[conversation.ID]int
	rounds [][]conversation.ID
}

func (s *tardy) Commit(ctx context.Context, c conversation.Commit) (conversation.Committed, error) {
	done, err := s.Store.Commit(ctx, c)
	if err == nil {
		done.Unrelayed = true
		s.mu.Lock()
		s.left[c.Conversation]++
		s.mu.Unlock()
	}
	return done, err
}

func (s *tardy) Relay(_ context.Context, _ tenant.ShopID, ids ...conversation.ID) error {
	if s.failing.Load() {
		return errors.New("the store is away")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rounds = append(s.rounds, ids)
	for _, id := range ids {
		delete(s.left, id)
	}
	return nil
}

// unrelayed is how many commits have not been relayed.
func (s *tardy) unrelayed() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, left := range s.left {
		n += left
	}
	return n
}

func newTardyWorld(t *testing.T, linger time.Duration) (*world, *tardy) {
	t.Helper()
	s := &tardy{left: make(map[conversation.ID]int)}
	w := newWorld(t, func(o *conversation.Options) {
		s.Store, o.Store, o.Linger = o.Store, s, linger
	}, tacos)
	return w, s
}

// TestRelayedTogether: answers do not wait for the store to relay, people hear of
// them when it has, and many commits are relayed at once.
func TestRelayedTogether(t *testing.T) {
	t.Parallel()
	w, s := newTardyWorld(t, 200*time.Millisecond)
	w.publish(tacos, echo)
	s.failing.Store(true)
	told := collect[conversation.MessageEvent](w, conversation.EventMessage)
	const customers = 10
	for i := range customers {
		w.mustWrite(peer(i), fmt.Sprint("M", i), "hola")
	}
	for i := range customers {
		w.sees(peer(i), "echo hola")
	}
	outgoing := func() (list []conversation.MessageEvent) {
		for _, e := range told() {
			if e.Direction == conversation.Outgoing {
				list = append(list, e)
			}
		}
		return list
	}
	require.Equal(t, customers, s.unrelayed())
	require.Empty(t, outgoing(), "who reads now would not find them")

	s.failing.Store(false)
	w.until(func() bool { return len(outgoing()) == 2*customers }, func() string { return fmt.Sprint(outgoing()) })
	require.Zero(t, s.unrelayed())
	for i := range customers {
		status := func(e conversation.MessageEvent) bool {
			return e.ConversationID == w.conversation(tacos, peer(i)).Conversation.ID
		}
		of := slices.DeleteFunc(outgoing(), func(e conversation.MessageEvent) bool { return !status(e) })
		require.Len(t, of, 2)
		require.Equal(t, "queued sent", string(of[0].Status)+" "+string(of[1].Status))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Len(t, slices.MaxFunc(s.rounds, func(a, b []conversation.ID) int { return len(a) - len(b) }), customers)
}

// TestRelayedBeforeItIsRead: whoever reads what a commit decided has it relayed
// first, however long it would have waited.
func TestRelayedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(w *world, v conversation.Listed) error{
		"history": func(w *world, v conversation.Listed) error {
			_, _, err := w.service.Messages(w.t.Context(), tacos, v.Conversation.ID, "", 10)
			return err
		},
		"trace": func(w *world, v conversation.Listed) error {
			_, err := w.service.Trace(w.t.Context(), tacos, v.Conversation.ID, 10)
			return err
		},
		"a message asked for again": func(w *world, v conversation.Listed) error {
			_, _, err := w.service.Sent(w.t.Context(), tacos, web, v.Conversation.Last.ID)
			return err
		},
		"the shop's own phone": func(w *world, _ conversation.Listed) error {
			m := says(tacos, peer(1), "OWN", "yo", w.clock.now())
			m.FromMe = true
			return w.service.Receive(w.t.Context(), m)
		},
		"a person pauses": func(w *world, v conversation.Listed) error {
			_, err := w.service.Pause(w.t.Context(), tacos, v.Conversation.ID, "usr_1")
			return err
		},
		"another owner": func(w *world, _ conversation.Listed) error {
			w.service.Disown(tacos)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := newTardyWorld(t, time.Hour)
			w.publish(tacos, echo)
			w.mustWrite(peer(1), "M1", "hola")
			w.sees(peer(1), "echo hola")
			require.Equal(t, 1, s.unrelayed())
			require.NoError(t, read(w, w.conversation(tacos, peer(1))))
			require.Zero(t, s.unrelayed())
		})
	}
}
