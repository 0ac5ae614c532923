package storetest

import (
	"fmt"
	"testing"
	"time"

	"recado/internal/contact"
	"recado/internal/conversation"

	"github.com/stretchr/testify/require"
)

// put commits without relaying.
func (s *scenario) put(c conversation.Commit) conversation.CommitResult {
	s.t.Helper()
	done, err := s.Conversations.Commit(s.ctx(), c)
	require.NoError(s.t, err)
	return done
}

func (s *scenario) relay(ids ...conversation.ID) {
	s.t.Helper()
	require.NoError(s.t, s.Conversations.Relay(s.ctx(), s.shop, ids...))
}

// relaysTogether: the commits of many conversations, several of one among them,
// are relayed at once, and once more; one that does not exist is no error.
func relaysTogether(t *testing.T, s Stores) {
	st := newScenario(t, s)
	const peers = 5
	ids := make([]conversation.ID, peers)
	arrive := func(round int) {
		for i := range ids {
			p := pn(fmt.Sprint("549110000000", i))
			ids[i] = st.append(in(p, fmt.Sprint("M", i, round), "hola", after(time.Duration(round)*time.Minute))).Conversation.ID
		}
	}
	for round := range 3 {
		arrive(round)
		for i, id := range ids {
			w := st.next(id)
			c := st.commitFor(w, send(fmt.Sprint("OUT", i, round)))
			c.Run, c.Trace = fmt.Appendf(nil, `{"seq":%d}`, round), fmt.Appendf(nil, `{"round":%d}`, round)
			if i == 1 { // one of them cannot be done together with the others
				c.Contact = []contact.Patch{{Key: fmt.Sprint("K", round), AddTags: []string{fmt.Sprint("round", round)}}}
			}
			c = withTimer(c, "T", after(time.Duration(round+1)*time.Hour))
			if round == 2 && i == 2 {
				c.Timers[0].Cancel = true
			}
			done := st.put(c)
			require.Len(t, done.Queued, 1)
			require.Equal(t, w.Conversation.Rev+1, done.Conversation.Rev)
		}
		if round == 0 { // the other two rounds are relayed together
			st.relay(ids...)
		}
	}
	again := append([]conversation.ID{"gone"}, ids...)
	st.relay(again...)
	st.relay(again...)
	for i, id := range ids {
		require.Equal(t, []string{fmt.Sprint("OUT", i, 0), fmt.Sprint("OUT", i, 1), fmt.Sprint("OUT", i, 2)}, st.ready(id))
		require.Empty(t, st.next(id).Items)
		var want []string
		for round := range 3 {
			want = append(want, fmt.Sprint("in M", i, round, " received"), fmt.Sprint("out OUT", i, round, " queued"))
		}
		require.ElementsMatch(t, want, st.history(id))
		traces, err := st.Conversations.Traces(t.Context(), st.shop, id, conversation.Newest, 10)
		require.NoError(t, err)
		require.Len(t, traces, 3)
	}
	require.Equal(t, []string{"round0", "round1", "round2"}, st.next(ids[1]).Contact.Tags)
	require.Equal(t, after(3*time.Hour), st.nextTimer())
	require.Len(t, st.fire(after(4*time.Hour), 10), peers-1, "one was cancelled")
}

// recallsUnrelayed: the messages of a commit can be recalled before they are relayed.
func recallsUnrelayed(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	st.put(st.commitFor(st.next(id), send("OUT1")))
	l, err := st.Conversations.Conversation(t.Context(), st.shop, id)
	require.NoError(t, err)
	c := conversation.Commit{Shop: st.shop, Conversation: id, Rev: l.Conversation.Rev, Recall: true, Sends: sends("OUT2"), At: noon}
	done := st.put(c)
	require.Len(t, done.Recalled, 1)
	require.Equal(t, "OUT1", done.Recalled[0].ID)
	st.relay(id)
	require.Equal(t, []string{"OUT2"}, st.ready(id))
	require.Equal(t, []string{"in M1 received", "out OUT1 dropped", "out OUT2 queued"}, st.history(id))
	require.Empty(t, st.next(id).Items)
}
