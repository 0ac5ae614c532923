package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/message"
)

func appendOnce(t *testing.T, s Stores) {
	st := newScenario(t, s)
	first := st.append(in(ana(), "M1", "hola", noon))
	require.True(t, first.Fresh)
	require.Equal(t, shopA, first.Conversation.Shop)
	require.Equal(t, web, first.Conversation.Channel)
	require.Equal(t, 1, first.Conversation.Unread)
	require.Equal(t, noon.Add(conversation.Window), first.Conversation.WindowUntil)
	require.Equal(t, conversation.Preview{ID: "M1", Direction: conversation.Incoming, Kind: message.Text, Text: "hola", At: noon}, first.Conversation.Last)
	require.Equal(t, ana(), first.Contact.Peer)
	require.Equal(t, "Ana", first.Contact.Name)
	require.Equal(t, ana().Keys(), first.Contact.Aliases)
	require.Equal(t, first.Contact.ID, first.Conversation.Contact)
	require.Equal(t, conversation.Received, first.Message.Status)
	require.Equal(t, text("hola"), first.Message.Content)

	again := st.append(in(ana(), "M1", "hola", noon))
	require.False(t, again.Fresh)
	require.Contains(t, []conversation.ID{"", first.Conversation.ID}, again.Conversation.ID, "a store may tell that it still waits")
	require.Equal(t, 1, st.next(first.Conversation.ID).Conversation.Unread, "a duplicate changes nothing")
	require.Len(t, st.next(first.Conversation.ID).Items, 1)

	st.answers(first.Conversation.ID)
	again = st.append(in(ana(), "M1", "hola", noon))
	require.False(t, again.Fresh, "what is done stays known")
	require.Empty(t, again.Conversation.ID, "and does not wait")
	require.Empty(t, st.next(first.Conversation.ID).Items)
}

func appendKeys(t *testing.T, s Stores) {
	st := newScenario(t, s)
	base := in(ana(), "M1", "hola", noon)
	st.append(base)
	for name, change := range map[string]func(*message.In){
		"another id":      func(m *message.In) { m.ID = "M2" },
		"another kind":    func(m *message.In) { m.Content = message.Content{Kind: message.Deleted, Target: "M0"} },
		"another chat":    func(m *message.In) { m.Chat, m.Sender = pn("5491100000002"), pn("5491100000002") },
		"another channel": func(m *message.In) { m.Channel = message.WhatsAppWeb },
	} {
		m := base
		change(&m)
		require.True(t, st.append(m).Fresh, name)
		require.False(t, st.append(m).Fresh, name)
	}
}

func appendConcurrently(t *testing.T, s Stores) {
	st := newScenario(t, s)
	const writers, each = 16, 20
	var fresh atomic.Int32
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				n := (i + w) % each // everybody appends the same, each in another order
				peer := pn(fmt.Sprint("54911", n%3))
				a, err := s.Conversations.Append(t.Context(), in(peer, fmt.Sprint("M", n), "x", noon))
				if err != nil {
					t.Error(err)
					return
				}
				if a.Fresh {
					fresh.Add(1)
				}
			}
		})
	}
	all.Wait()
	require.EqualValues(t, each, fresh.Load())
	total := 0
	for _, l := range st.conversations() {
		w := st.next(l.Conversation.ID)
		total += len(w.Items)
		for i := 1; i < len(w.Items); i++ {
			require.Greater(t, w.Items[i].N, w.Items[i-1].N)
		}
	}
	require.Equal(t, each, total)
	require.Len(t, st.conversations(), 3)
}

func ownEcho(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	st.answers(id, "OUT1")
	echo := in(ana(), "OUT1", "answer OUT1", noon)
	echo.FromMe, echo.Sender = true, message.Peer{}
	require.False(t, st.append(echo).Fresh, "our own message came back")
	echo.Chat = pn("5491199999999") // under an address we have never seen
	require.False(t, st.append(echo).Fresh)
	require.Empty(t, st.next(id).Items)
}

func phoneWrites(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	m := in(ana(), "P1", "yo le atiendo", after(time.Second))
	m.FromMe, m.Sender, m.Name = true, message.Peer{}, ""
	a := st.append(m)
	require.True(t, a.Fresh)
	require.Equal(t, id, a.Conversation.ID)
	require.Equal(t, "Ana", a.Contact.Name)
	require.Equal(t, 1, a.Conversation.Unread, "what the shop wrote is not unread")
	require.Equal(t, noon.Add(conversation.Window), a.Conversation.WindowUntil, "and opens no window")
	require.Equal(t, conversation.Outgoing, a.Message.Direction)
	require.Equal(t, conversation.ByPhone, a.Message.By)
	items := st.next(id).Items
	require.Len(t, items, 2)
	require.True(t, items[1].In.FromMe)
	require.Empty(t, st.ready(id), "it was sent by the phone")
	st.answers(id)
	require.Equal(t, []string{"in M1 received", "out P1 sent"}, st.history(id))
}

func groups(t *testing.T, s Stores) {
	st := newScenario(t, s)
	group := message.Peer{Group: "12036300"}
	m := in(ana(), "M1", "hola", noon)
	m.Chat = group
	first := st.append(m)
	require.True(t, first.Fresh)
	require.Equal(t, group, first.Contact.Peer)
	require.Empty(t, first.Contact.Name, "the sender's name is not the group's")
	require.Equal(t, ana(), first.Message.Sender)
	require.Equal(t, "Ana", first.Message.SenderName)
	m.Sender = pn("5491100000002")
	second := st.append(m)
	require.True(t, second.Fresh, "ids are the sender's choice")
	require.Equal(t, first.Conversation.ID, second.Conversation.ID)
	require.NotEqual(t, first.Conversation.ID, st.hears("M1", "hola"), "the group is not the sender")
}

func nextInOrder(t *testing.T, s Stores) {
	st := newScenario(t, s)
	var id conversation.ID
	for i := range 5 {
		id = st.append(in(ana(), fmt.Sprint("M", i), fmt.Sprint(i), after(-time.Duration(i)*time.Hour))).Conversation.ID
	}
	w, err := s.Conversations.Next(t.Context(), shopA, id, 3)
	require.NoError(t, err)
	require.True(t, w.More)
	require.Len(t, w.Items, 3)
	require.Equal(t, ana(), w.Contact.Peer)
	for i, item := range w.Items {
		require.Equal(t, fmt.Sprint("M", i), item.In.ID, "by arrival, not by the sender's clock")
	}
	st.commit(st.commitFor(w))
	w, err = s.Conversations.Next(t.Context(), shopA, id, 3)
	require.NoError(t, err)
	require.False(t, w.More)
	require.Len(t, w.Items, 2)
	require.Equal(t, "M3", w.Items[0].In.ID)
	_, err = s.Conversations.Next(t.Context(), shopA, "cv_none", 3)
	require.ErrorIs(t, err, conversation.ErrNotFound)
}

func contentSurvives(t *testing.T, s Stores) {
	st := newScenario(t, s)
	m := in(ana(), "M1", "", noon.Add(123*time.Millisecond))
	m.Offline, m.Quoted = true, "Q1"
	m.Content = message.Content{Kind: message.Image, Media: &message.Media{
		MIME: "image/jpeg", Caption: "mañana 🌮\n\"$x\" {\"$gt\":\"\"}", Size: 12, SHA256: []byte{1, 2}, Ref: []byte{0, 255}, Width: 3,
	}}
	id := st.append(m).Conversation.ID
	require.Equal(t, &m, st.next(id).Items[0].In)
	got := st.messages(id)[0]
	require.Equal(t, m.Content, got.Content)
	require.Equal(t, m.At, got.At)
	require.Equal(t, "Q1", got.Quoted)
}

func (s *scenario) conversations() []conversation.ConversationWithContact {
	s.t.Helper()
	all, err := s.Conversations.Conversations(s.ctx(), s.shop, conversation.Page{Limit: 100})
	require.NoError(s.t, err)
	return all
}
