package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
)

func withCall(c conversation.Commit, keys ...string) conversation.Commit {
	for _, key := range keys {
		c.Calls = append(c.Calls, conversation.Call{Key: key, Request: []byte(`{"url":"https://` + key + `.example"}`)})
	}
	return c
}

func note(key string) conversation.QueuedInput {
	return conversation.QueuedInput{Key: key, Input: []byte(`{"type":"result","effect":"` + key + `"}`)}
}

// calls are the keys of the shop's calls that have no answer.
func (s *scenario) calls() []string {
	s.t.Helper()
	list, err := s.Conversations.Calls(s.ctx(), s.shop, "", 100)
	require.NoError(s.t, err)
	var keys []string
	for _, c := range list {
		keys = append(keys, c.Key)
	}
	return keys
}

func (s *scenario) push(id conversation.ID, key string) conversation.PushResult {
	s.t.Helper()
	p, err := s.Conversations.Push(s.ctx(), s.shop, id, note(key))
	require.NoError(s.t, err)
	return p
}

// noted are the keys of the notes in the conversation's inbox.
func (s *scenario) noted(id conversation.ID) []string {
	s.t.Helper()
	var keys []string
	for _, item := range s.next(id).Items {
		if item.Queued != nil {
			keys = append(keys, item.Queued.Key)
		}
	}
	return keys
}

// callsLive holds that a call is kept until its answer is in the inbox, through
// crashes, and that the answer arrives once.
func callsLive(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	require.Empty(t, st.calls())
	st.commit(withCall(st.commitFor(st.next(id)), "K2", "K1"))
	list, err := s.Conversations.Calls(t.Context(), shopA, "", 1)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "K1", list[0].Key)
	require.Equal(t, id, list[0].Conversation)
	require.JSONEq(t, `{"url":"https://K1.example"}`, string(list[0].Request))
	require.False(t, list[0].At.IsZero())
	list, err = s.Conversations.Calls(t.Context(), shopA, "K1", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "K2", list[0].Key)

	st.crash()
	require.Equal(t, []string{"K1", "K2"}, st.calls())
	require.Equal(t, conversation.PushResult{Fresh: true, Conversation: id}, st.push(id, "K1"))
	require.False(t, st.push(id, "K1").Fresh)
	require.Equal(t, []conversation.ID{id}, st.crash().Inbox)
	require.Equal(t, []string{"K2"}, st.calls())
	items := st.next(id).Items
	require.Len(t, items, 1)
	require.Nil(t, items[0].In)
	require.Nil(t, items[0].Timer)
	require.JSONEq(t, string(note("K1").Input), string(items[0].Queued.Input))

	st.hears("M2", "sigues?")
	require.Len(t, st.next(id).Items, 2, "notes and messages share one order")
	st.answers(id)
	require.Empty(t, st.next(id).Items)
	require.False(t, st.push(id, "K1").Fresh, "also after it was dealt with")
	require.Equal(t, []string{"in M1 received", "in M2 received"}, st.history(id), "a note is no message")

	st.commit(withCall(st.commitFor(st.next(id)), "K2"))
	require.Equal(t, []string{"K2"}, st.calls(), "a call happens once")
	_, err = s.Conversations.Push(t.Context(), shopA, "cv_none", note("K9"))
	require.ErrorIs(t, err, conversation.ErrNotFound)
	require.True(t, st.push(id, "event 1").Fresh, "a note needs no call")
	require.Equal(t, []string{"event 1"}, st.noted(id))
}

// callsApart holds that the shops' calls and notes are apart.
func callsApart(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	st.commit(withCall(st.commitFor(st.next(id)), "K1"))
	b := &scenario{t: t, Stores: s, shop: shopB, epoch: 1}
	b.adopt()
	require.Empty(t, b.calls())
	_, err := s.Conversations.Push(t.Context(), shopB, id, note("K1"))
	require.ErrorIs(t, err, conversation.ErrNotFound)
	_, err = s.Conversations.Traces(t.Context(), shopB, id, conversation.Newest, 10)
	require.ErrorIs(t, err, conversation.ErrNotFound)
	require.Equal(t, []string{"K1"}, st.calls())
	require.Empty(t, st.noted(id))
}

// callsMerge holds that the answer of a call finds the conversation that took in
// the one that asked.
func callsMerge(t *testing.T, s Stores) {
	st := newScenario(t, s)
	old := st.append(in(pn("5491100000001"), "M1", "hola", noon)).Conversation.ID
	st.commit(withCall(st.commitFor(st.next(old)), "K1"))
	other := st.append(in(hidden(), "M2", "hola", after(time.Second))).Conversation.ID
	require.NotEqual(t, old, other)
	merged := st.append(in(ana(), "M3", "soy yo", after(2*time.Second)))
	require.Len(t, merged.Merged, 1)
	kept := merged.Conversation.ID
	require.Equal(t, conversation.PushResult{Fresh: true, Conversation: kept}, st.push(old, "K1"))
	require.Equal(t, []string{"K1"}, st.noted(kept))
	require.Empty(t, st.calls())
}

// tracesBounded holds that the newest traces are kept, one for each commit.
func tracesBounded(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	const commits = conversation.MaxTraces + 5
	for i := range commits {
		c := st.commitFor(st.next(id))
		c.Trace, c.At = fmt.Appendf(nil, `{"i":%d}`, i), after(time.Duration(i)*time.Second)
		st.commit(c)
	}
	list, err := s.Conversations.Traces(t.Context(), shopA, id, conversation.Newest, 1000)
	require.NoError(t, err)
	require.Len(t, list, conversation.MaxTraces)
	require.JSONEq(t, fmt.Sprintf(`{"i":%d}`, commits-1), string(list[0].Data), "the newest first")
	require.EqualValues(t, commits, list[0].Rev)
	require.Equal(t, after((commits-1)*time.Second), list[0].At)
	page, err := s.Conversations.Traces(t.Context(), shopA, id, list[0].Rev, 2)
	require.NoError(t, err)
	require.Equal(t, list[1:3], page)
	_, err = s.Conversations.Traces(t.Context(), shopA, "cv_none", conversation.Newest, 1)
	require.ErrorIs(t, err, conversation.ErrNotFound)
	require.NoError(t, s.Conversations.DropTraces(t.Context(), after((commits-1)*time.Second)))
	list, err = s.Conversations.Traces(t.Context(), shopA, id, conversation.Newest, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
}
