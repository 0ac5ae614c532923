package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
)

func withTimer(c conversation.Commit, token string, due time.Time) conversation.Commit {
	c.Timers = append(c.Timers, conversation.TimerChange{Timer: conversation.Timer{Token: token, Due: due}})
	return c
}

func (s *scenario) setTimer(id conversation.ID, token string, due time.Time) {
	s.t.Helper()
	s.commit(withTimer(s.commitFor(s.next(id)), token, due))
}

func (s *scenario) fire(now time.Time, limit int) []conversation.ID {
	s.t.Helper()
	ids, err := s.Conversations.Fire(s.ctx(), s.lease(), now, limit)
	require.NoError(s.t, err)
	return ids
}

func (s *scenario) nextTimer() time.Time {
	s.t.Helper()
	due, err := s.Conversations.NextTimer(s.ctx(), s.shop)
	require.NoError(s.t, err)
	return due
}

// fired are the tokens in the conversation's inbox.
func (s *scenario) fired(id conversation.ID) []string {
	s.t.Helper()
	var tokens []string
	for _, item := range s.next(id).Items {
		if item.Timer != nil {
			tokens = append(tokens, item.Timer.Token)
		}
	}
	return tokens
}

func timers(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	require.Zero(t, st.nextTimer())
	st.setTimer(id, "T1", after(3*time.Hour))
	st.setTimer(id, "T2", after(2*time.Hour))
	st.setTimer(id, "T3", after(4*time.Hour))
	require.Equal(t, after(2*time.Hour), st.nextTimer())
	st.setTimer(id, "T1", after(time.Hour)) // replaces
	require.Equal(t, after(time.Hour), st.nextTimer())
	c := st.commitFor(st.next(id))
	c.Timers = []conversation.TimerChange{
		{Timer: conversation.Timer{Token: "T3"}, Cancel: true}, {Timer: conversation.Timer{Token: "never set"}, Cancel: true},
	}
	st.commit(c)

	require.Empty(t, st.fire(after(time.Hour-time.Millisecond), 10), "not yet")
	require.Equal(t, []conversation.ID{id}, st.fire(after(9*time.Hour), 1))
	require.Equal(t, []string{"T1"}, st.fired(id), "the earliest first")
	require.Equal(t, after(time.Hour), st.next(id).Items[0].Timer.Due)
	require.Equal(t, []conversation.ID{id}, st.fire(after(9*time.Hour), 10))
	require.Equal(t, []string{"T1", "T2"}, st.fired(id))
	require.Empty(t, st.fire(after(9*time.Hour), 10), "a timer fires once")
	require.Zero(t, st.nextTimer())
	require.Equal(t, []conversation.ID{id}, st.adopt().Inbox)

	st.hears("M2", "aquí estoy")
	items := st.next(id).Items
	require.Len(t, items, 3)
	require.Equal(t, "M2", items[2].In.ID, "timers and messages share one order")
	st.answers(id)
	require.Empty(t, st.next(id).Items)
	require.Equal(t, []string{"in M1 received", "in M2 received"}, st.history(id), "a timer is no message")

	st.setTimer(id, "T1", after(time.Hour)) // the same token and time once more
	require.Equal(t, []conversation.ID{id}, st.fire(after(9*time.Hour), 10))
	require.Equal(t, []string{"T1"}, st.fired(id))
}

func timersCrash(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	st.setTimer(id, "T1", after(time.Hour))
	st.crash()
	require.Equal(t, after(time.Hour), st.nextTimer())
	require.Len(t, st.fire(after(time.Hour), 10), 1)
	require.Equal(t, []conversation.ID{id}, st.crash().Inbox)
	require.Empty(t, st.fire(after(time.Hour), 10))
	require.Equal(t, []string{"T1"}, st.fired(id))
	st.answers(id)
	st.crash()
	require.Empty(t, st.fired(id))
}
