package pipeline_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	messages := collect[conversation.MessageEvent](w, conversation.EventMessage)
	w.mustWrite(peer(1), "M1", "one")
	w.historyIs(peer(1), "in received one", "out sent echo one")
	w.until(func() bool { return len(messages()) == 3 }, func() string { return fmt.Sprint(messages()) })
	w.mustWrite(peer(1), "M1", "one") // WhatsApp delivers again
	w.mustWrite(peer(1), "M2", "two")
	w.sees(peer(1), "echo one", "echo two")
	w.historyIs(peer(1), "in received one", "out sent echo one", "in received two", "out sent echo two")
	w.until(func() bool { return len(messages()) >= 6 }, func() string { return fmt.Sprint(messages()) })
	var published []string
	for _, m := range messages() {
		published = append(published, fmt.Sprintf("%s %s %s", m.Author, m.Status, m.Content.Text))
	}
	require.Equal(t, []string{
		"customer received one", "flow queued echo one", "flow sent echo one",
		"customer received two", "flow queued echo two", "flow sent echo two",
	}, published)
}

func TestMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, menu)
	w.mustWrite(peer(1), "M1", "hi")
	w.mustWrite(peer(1), "M2", "1")
	w.mustWrite(peer(1), "M3", "Ana")
	w.until(func() bool { return len(w.phones.screen(peer(1))) == 4 }, func() string { return fmt.Sprint(w.phones.screen(peer(1))) })
	require.Equal(t, []string{"Your name?", "Thanks Ana", "Bye"}, w.phones.screen(peer(1))[1:])
}

func TestNoFlowNoAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.mustWrite(peer(1), "M1", "anybody?")
	w.processed(peer(1))
	require.Equal(t, []string{"in received anybody?"}, w.history(tacos, peer(1)))
	w.publish(tacos, echo)
	w.mustWrite(peer(1), "M2", "and now?")
	w.sees(peer(1), "echo and now?")
}

func TestGroupsAreNotKeptUnlessWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	m := says(tacos, peer(1), "M1", "hi all", w.clock.now())
	m.Chat = message.Peer{Group: "1203"}
	require.NoError(t, w.service.Receive(t.Context(), m))
	list, _, err := w.service.Conversations(t.Context(), tacos, "", 10)
	require.NoError(t, err)
	require.Empty(t, list)
	require.NoError(t, w.service.Receive(t.Context(), says(tacos, message.Peer{}, "M2", "from nowhere", w.clock.now())), "never wanted again")
}

func TestOutboxWaitsForItsChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	w.service.ChannelDown(tacos, web)
	var want, lines []string
	for i := range 40 { // more than memory keeps
		p := peer(i % 2)
		w.clock.advance(time.Minute)
		w.mustWrite(p, fmt.Sprint("M", i), fmt.Sprint(i))
		if i%2 == 0 {
			want = append(want, fmt.Sprint("echo ", i))
		}
	}
	w.until(func() bool { lines = w.history(tacos, peer(0)); return len(lines) == 40 }, func() string { return fmt.Sprint(lines) })
	require.Empty(t, w.phones.screen(peer(0)))
	w.kill()
	w.boot() // which is ready
	w.sees(peer(0), want...)
}

func TestMoreThanMemoryKeeps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.service.ChannelDown(tacos, web)
	id := w.conversation(tacos, peer(1)).Conversation.ID
	var want []string
	for i := range 100 {
		want = append(want, fmt.Sprint(i))
		_, err := w.service.Send(t.Context(), tacos, conversation.SendRequest{Conversation: id, Content: text(want[i]), By: "usr_1"})
		require.NoError(t, err)
	}
	w.service.ChannelReady(tacos, web)
	w.sees(peer(1), want...)
}

func TestRetriesUnderTheSameID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	var tries atomic.Int32
	var id atomic.Value
	w.phones.refusing(func(m message.Out) error {
		if m.To != peer(1) || tries.Add(1) > 3 {
			return nil
		}
		if old := id.Swap(m.ID); old != nil && old != m.ID {
			t.Errorf("sent as %s, then as %s", old, m.ID)
		}
		return &message.SendError{Code: "not_connected", Retry: true}
	})
	w.mustWrite(peer(1), "M1", "one")
	w.mustWrite(peer(1), "M2", "two")
	w.mustWrite(peer(2), "M3", "three")
	w.sees(peer(1), "echo one", "echo two")
	w.sees(peer(2), "echo three")
}

func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	w.phones.refusing(func(m message.Out) error {
		switch m.Content.Text {
		case "echo one":
			return &message.SendError{Code: "not_on_whatsapp"}
		case "echo two":
			panic("a defect of the channel")
		}
		return nil
	})
	w.mustWrite(peer(1), "M1", "one")
	w.mustWrite(peer(1), "M2", "two")
	w.mustWrite(peer(1), "M3", "three")
	w.sees(peer(1), "echo three")
	w.until(func() bool {
		h := w.history(tacos, peer(1))
		return len(h) == 6 && h[len(h)-1] == "out sent echo three"
	}, func() string { return fmt.Sprint(w.history(tacos, peer(1))) })
	list, _, err := w.service.Messages(t.Context(), tacos, w.conversation(tacos, peer(1)).Conversation.ID, "", 10)
	require.NoError(t, err)
	codes := map[string]string{}
	for _, m := range list {
		codes[m.Content.Text] = string(m.Status) + " " + m.Code
	}
	require.Equal(t, "failed not_on_whatsapp", codes["echo one"])
	require.Equal(t, "failed internal", codes["echo two"])
}

func TestGivesUpOnOldMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	w.service.ChannelDown(tacos, web)
	w.mustWrite(peer(1), "M1", "one")
	w.historyIs(peer(1), "in received one", "out queued echo one")
	w.clock.advance(25 * time.Hour)
	w.service.ChannelReady(tacos, web)
	w.historyIs(peer(1), "in received one", "out failed echo one")
	require.Empty(t, w.phones.screen(peer(1)))
}

func TestStoreFailuresAreRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	w.store.sick.Store(3)
	w.mustWrite(peer(1), "M1", "one")
	w.sees(peer(1), "echo one")
	w.historyIs(peer(1), "in received one", "out sent echo one")
}

func TestLostCommitsAreDecidedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	w.store.lose.Store(2)
	w.mustWrite(peer(1), "M1", "one")
	w.historyIs(peer(1), "in received one", "out sent echo one")
	w.mustWrite(peer(1), "M2", "two")
	w.historyIs(peer(1), "in received one", "out sent echo one", "in received two", "out sent echo two")
	require.Equal(t, []string{"echo one", "echo two"}, w.phones.screen(peer(1)), "under the same ids")
}

func TestFailedItemDoesNotStopOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos, pizza)
	w.publish(tacos, echo)
	w.publish(pizza, echo)
	poison := says(tacos, peer(1), "M1", "", w.clock.now())
	poison.Content = message.Content{Kind: message.Image} // an image without media, which no channel makes
	require.NoError(t, w.service.Receive(t.Context(), poison))
	require.NoError(t, w.write(pizza, peer(2), "M1", "hi"))
	w.mustWrite(peer(1), "M2", "two")
	w.sees(peer(2), "echo hi")
	w.until(func() bool { s := w.phones.screen(peer(1)); return len(s) > 0 && s[len(s)-1] == "echo two" }, func() string {
		return fmt.Sprint(w.phones.screen(peer(1)))
	})
}

func TestPersonOnThePhoneSilencesTheFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	w.mustWrite(peer(1), "M1", "one")
	w.sees(peer(1), "echo one")
	sent, _, err := w.service.Messages(t.Context(), tacos, w.conversation(tacos, peer(1)).Conversation.ID, "", 1)
	require.NoError(t, err)
	own := says(tacos, peer(1), sent[0].ID, "echo one", w.clock.now())
	own.FromMe, own.Sender = true, message.Peer{}
	require.NoError(t, w.service.Receive(t.Context(), own), "the echo of our own message")
	w.mustWrite(peer(1), "M2", "two")
	w.sees(peer(1), "echo one", "echo two")

	w.service.ChannelDown(tacos, web)
	w.mustWrite(peer(1), "M3", "three")
	w.historyIs(peer(1), "in received one", "out sent echo one", "in received two", "out sent echo two", "in received three", "out queued echo three")
	human := says(tacos, peer(1), "P1", "I'll take this", w.clock.now())
	human.FromMe, human.Sender = true, message.Peer{}
	require.NoError(t, w.service.Receive(t.Context(), human))
	w.until(func() bool { return w.conversation(tacos, peer(1)).Conversation.Paused }, func() string { return "not paused" })
	w.service.ChannelReady(tacos, web)
	w.mustWrite(peer(1), "M4", "four")
	w.historyIs(peer(1), "in received one", "out sent echo one", "in received two", "out sent echo two", "in received three",
		"out dropped echo three", "out sent I'll take this", "in received four")
	w.processed(peer(1))
	require.Equal(t, []string{"echo one", "echo two"}, w.phones.screen(peer(1)))

	l, err := w.service.Resume(t.Context(), tacos, w.conversation(tacos, peer(1)).Conversation.ID, "usr_1")
	require.NoError(t, err)
	require.False(t, l.Conversation.Paused)
	w.mustWrite(peer(1), "M5", "five")
	w.sees(peer(1), "echo one", "echo two", "echo five")
}

func TestPause(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	w.mustWrite(peer(1), "M1", "one")
	w.sees(peer(1), "echo one")
	id := w.conversation(tacos, peer(1)).Conversation.ID
	l, err := w.service.Pause(t.Context(), tacos, id, "usr_1")
	require.NoError(t, err)
	require.True(t, l.Conversation.Paused)
	w.mustWrite(peer(1), "M2", "two")
	w.processed(peer(1))
	m, err := w.service.Send(t.Context(), tacos, conversation.SendRequest{Conversation: id, Content: text("I am Bob"), By: "usr_1"})
	require.NoError(t, err)
	require.Equal(t, "usr_1", m.By)
	w.sees(peer(1), "echo one", "I am Bob")
	_, err = w.service.Resume(t.Context(), tacos, id, "usr_1")
	require.NoError(t, err)
	w.mustWrite(peer(1), "M3", "three")
	w.sees(peer(1), "echo one", "I am Bob", "echo three")
	for _, do := range []func() error{
		func() error { _, err := w.service.Pause(t.Context(), pizza, id, "usr_1"); return err },
		func() error { _, err := w.service.Resume(t.Context(), pizza, id, "usr_1"); return err },
		func() error { _, err := w.service.MarkRead(t.Context(), pizza, id); return err },
		func() error {
			_, err := w.service.Send(t.Context(), pizza, conversation.SendRequest{Conversation: id, Content: text("x")})
			return err
		},
	} {
		require.ErrorIs(t, do(), conversation.ErrNotFound, "another shop")
	}
}

func text(s string) message.Content { return message.Content{Kind: message.Text, Text: s} }

func TestSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	r := conversation.SendRequest{To: peer(1), Content: text("your order is ready"), Key: "order-1", By: "key_1"}
	first, err := w.service.Send(t.Context(), tacos, r)
	require.NoError(t, err)
	require.Regexp(t, `^3EB0[0-9A-F]{18}$`, first.ID)
	w.sees(peer(1), "your order is ready")
	w.historyIs(peer(1), "out sent your order is ready")
	again, err := w.service.Send(t.Context(), tacos, r)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, message.Sent, again.Status)
	r.Content = text("something else")
	_, err = w.service.Send(t.Context(), tacos, r)
	require.ErrorIs(t, err, conversation.ErrKeyReused)
	r.Content, r.To = text("your order is ready"), peer(2)
	_, err = w.service.Send(t.Context(), tacos, r)
	require.ErrorIs(t, err, conversation.ErrKeyReused)
	r.Key = ""
	for range 2 {
		_, err = w.service.Send(t.Context(), tacos, r)
		require.NoError(t, err)
	}
	w.sees(peer(2), "your order is ready", "your order is ready")
	r.Content = text("")
	_, err = w.service.Send(t.Context(), tacos, r)
	require.ErrorIs(t, err, message.ErrContent)

	out, ok, err := w.service.SentMessage(t.Context(), tacos, web, first.ID)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, text("your order is ready"), out.Content)
	_, ok, err = w.service.SentMessage(t.Context(), pizza, web, first.ID)
	require.NoError(t, err)
	require.False(t, ok)
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	messages := collect[conversation.MessageEvent](w, conversation.EventMessage)
	m, err := w.service.Send(t.Context(), tacos, conversation.SendRequest{To: peer(1), Content: text("hi"), By: "usr_1"})
	require.NoError(t, err)
	w.historyIs(peer(1), "out sent hi")
	u := message.Update{Shop: tacos, Channel: web, Chat: peer(1), IDs: []string{m.ID}, Status: message.Delivered}
	require.NoError(t, w.service.Update(t.Context(), u))
	w.historyIs(peer(1), "out delivered hi")
	u.Status = message.Read
	require.NoError(t, w.service.Update(t.Context(), u))
	require.NoError(t, w.service.Update(t.Context(), u))
	w.until(func() bool { return len(messages()) == 4 }, func() string { return fmt.Sprint(messages()) })
	require.Equal(t, message.Read, messages()[3].Status)
}

func TestTimersWake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, menu)
	w.mustWrite(peer(1), "M1", "hi")
	w.until(func() bool { return len(w.phones.screen(peer(1))) == 1 }, func() string { return "no menu" })
	w.clock.advance(11 * time.Minute)
	w.kill()
	w.boot() // looks at what is due
	w.until(func() bool { s := w.phones.screen(peer(1)); return len(s) == 2 && s[1] == "Still there?" }, func() string {
		return fmt.Sprint(w.phones.screen(peer(1)))
	})
}

func TestOneContactUnderTwoNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	merged := collect[conversation.MergedEvent](w, conversation.EventMerged)
	hidden, phone := message.Peer{LID: "77"}, message.Peer{Phone: "54911"}
	w.mustWrite(hidden, "M1", "one")
	w.mustWrite(phone, "M2", "two")
	w.sees(hidden, "echo one")
	w.sees(phone, "echo two")
	w.mustWrite(message.Peer{LID: "77", Phone: "54911"}, "M3", "three")
	w.sees(message.Peer{LID: "77", Phone: "54911"}, "echo three")
	list, _, err := w.service.Conversations(t.Context(), tacos, "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	w.until(func() bool { return len(merged()) == 1 }, func() string { return "no event" })
	require.Equal(t, list[0].Conversation.ID, merged()[0].Into)
}

func TestNewerOwnerTakesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, echo)
	w.mustWrite(peer(1), "M1", "one")
	w.historyIs(peer(1), "in received one", "out sent echo one")
	_, err := w.store.Adopt(t.Context(), cluster.Lease{Shop: tacos, Node: "other", Epoch: 100})
	require.NoError(t, err)
	w.mustWrite(peer(1), "M2", "two") // stored, but not ours to answer
	w.historyIs(peer(1), "in received one", "out sent echo one", "in received two")
	w.service.Own(cluster.Lease{Shop: tacos, Node: "n", Epoch: 101})
	w.service.ChannelReady(tacos, web)
	w.sees(peer(1), "echo one", "echo two")
	w.service.Disown(tacos)
	w.mustWrite(peer(1), "M3", "three")
	w.service.Own(cluster.Lease{Shop: tacos, Node: "n", Epoch: 102})
	w.service.ChannelReady(tacos, web)
	w.sees(peer(1), "echo one", "echo two", "echo three")
}

func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	for i := range 5 {
		w.mustWrite(peer(i), "M1", fmt.Sprint(i))
		w.mustWrite(peer(0), fmt.Sprint("N", i), fmt.Sprint(i))
	}
	var got []message.Peer
	cursor := ""
	for pages := 1; ; pages++ {
		list, next, err := w.service.Conversations(t.Context(), tacos, cursor, 2)
		require.NoError(t, err)
		for _, l := range list {
			got = append(got, l.Contact.Peer)
		}
		if cursor = next; cursor == "" {
			require.Equal(t, 3, pages)
			break
		}
	}
	require.Equal(t, []message.Peer{peer(0), peer(4), peer(3), peer(2), peer(1)}, got)
	id := w.conversation(tacos, peer(0)).Conversation.ID
	first, next, err := w.service.Messages(t.Context(), tacos, id, "", 4)
	require.NoError(t, err)
	rest, last, err := w.service.Messages(t.Context(), tacos, id, next, 4)
	require.NoError(t, err)
	require.Empty(t, last)
	require.Len(t, first, 4)
	require.Len(t, rest, 2)
	for _, bad := range []string{"!", "eHh4", "MTI"} {
		_, _, err = w.service.Messages(t.Context(), tacos, id, bad, 4)
		require.ErrorIs(t, err, conversation.ErrCursor, bad)
		_, _, err = w.service.Conversations(t.Context(), tacos, bad, 4)
		require.ErrorIs(t, err, conversation.ErrCursor, bad)
	}
	l, err := w.service.MarkRead(t.Context(), tacos, id)
	require.NoError(t, err)
	require.Zero(t, l.Conversation.Unread)
}

func TestReceiveSaysWhenNothingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.store.dead.Store(true)
	err := w.write(tacos, peer(1), "M1", "one")
	require.True(t, errors.Is(err, errKilled))
}
