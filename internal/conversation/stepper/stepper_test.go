package stepper_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/conversation/aggregate"
	"recado/internal/conversation/stepper"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// one is a shop with one flow.
type one struct {
	def *flow.Def
	err error
}

func (d one) Published(id flow.ID) (*flow.Def, bool)      { return d.def, id == d.def.ID }
func (d one) Version(id flow.ID, _ int) (*flow.Def, bool) { return d.def, id == d.def.ID }
func (d one) Flows() []*flow.Def                          { return []*flow.Def{d.def} }
func (d one) Err() error                                  { return d.err }

func compile(t *testing.T, doc string) one {
	t.Helper()
	def, issues := flow.Compile([]byte(doc), flow.Registry{})
	require.NotNil(t, def, "%+v", issues)
	def.Version = 1
	return one{def: def}
}

// pizza asks for a size, calls a web service, and says what came of it.
const pizza = `{"format":"recado-flow/1","id":"pizza","name":"Pizza","locale":"en","start":"size","triggers":[{"on":"any_message"}],
	"nodes":{
		"size":{"type":"menu","say":"Which?","options":[{"id":"s","label":"Small","next":"order"},{"id":"l","label":"Large","next":"order"}],
			"nudges":[{"after":"10m","say":"Still there?"}]},
		"order":{"type":"http","method":"POST","url":"https://pos.example/orders","on_ok":"ok","on_fail":"fail"},
		"ok":{"type":"message","say":"Done"},"fail":{"type":"message","say":"Not now"}}}`

func text(n int64, s string) conversation.InboxItem {
	return conversation.InboxItem{N: n, In: &message.In{ID: "M", At: noon, Content: message.Content{Kind: message.Text, Text: s}}}
}

type world struct {
	t       *testing.T
	defs    one
	canCall bool
	v       conversation.Conversation
}

// step makes a commit of the items and moves the conversation to it. Waits are over at once.
func (w *world) step(items ...conversation.InboxItem) conversation.Commit {
	w.t.Helper()
	b := conversation.InboxBatch{Conversation: w.v, Contact: contact.Contact{Peer: message.Peer{Phone: "1"}}, Items: items}
	st, err := stepper.New(b, stepper.Options{Defs: w.defs, Shop: engine.Shop{ID: "tacos", Zone: time.UTC}, Now: noon, CanCall: w.canCall})
	require.NoError(w.t, err)
	require.False(w.t, st.Consume(func(aggregate.Wait) bool { return true }))
	c, err := st.Finish()
	require.NoError(w.t, err)
	w.v.Rev, w.v.Run, w.v.Paused, w.v.Handoff = w.v.Rev+1, c.Run, c.Paused, c.Handoff
	return c
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t: t, defs: compile(t, pizza), canCall: true, v: conversation.Conversation{Shop: "tacos", ID: "cv_1", Channel: message.WhatsAppBaileys}}
}

func said(c conversation.Commit) (list []string) {
	for _, s := range c.Sends {
		list = append(list, s.Content.Text)
	}
	return list
}

func TestStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.step(text(1, "hi"))
	require.Equal(t, []string{"Which?\n1. Small\n2. Large"}, said(c))
	require.Equal(t, []int64{1}, c.Done)
	require.Len(t, c.Timers, 1)
	require.NotEmpty(t, c.Trace)

	c = w.step(text(2, "er"), text(3, "2"))
	require.Equal(t, []int64{2, 3}, c.Done, "skipped and answered")
	require.Empty(t, said(c), "the flow waits for the web service")
	require.Len(t, c.Calls, 1)
	require.True(t, c.Timers[0].Cancel)

	result, err := engine.EncodeInput(&engine.Result{Effect: c.Calls[0].Key, OK: true, Code: 200})
	require.NoError(t, err)
	c = w.step(conversation.InboxItem{N: 4, Queued: &conversation.QueuedInput{Key: c.Calls[0].Key, Input: result}})
	require.Equal(t, []string{"Done"}, said(c))
}

// The same batch makes the same commit: a step that is repeated after a crash
// sends nothing twice.
func TestStepIsRepeatable(t *testing.T) {
	t.Parallel()
	require.Equal(t, newWorld(t).step(text(1, "hi")), newWorld(t).step(text(1, "hi")))
}

func TestCallsFailWithoutACaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.canCall = false
	w.step(text(1, "hi"))
	c := w.step(text(2, "1"))
	require.Equal(t, []string{"Not now"}, said(c))
	require.Empty(t, c.Calls)
}

// A person who writes on the shop's phone silences the flow: its messages that
// wait are recalled.
func TestPersonTakesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	human := text(2, "I'll take this")
	human.In.FromMe = true
	c := w.step(text(1, "hi"), human)
	require.True(t, c.Recall)
	require.True(t, c.Paused)
	require.Empty(t, said(c))
}

// An item that cannot be processed is put aside, and the next one is.
func TestFailedItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := conversation.InboxItem{N: 1, Queued: &conversation.QueuedInput{Key: "K", Input: []byte(`{`)}}
	c := w.step(broken, text(2, "hi"))
	require.Len(t, c.Failed, 1)
	require.Equal(t, int64(1), c.Failed[0].N)
	require.Equal(t, []int64{2}, c.Done)
	require.Len(t, c.Sends, 1)
}

// An input that waits is left, and nothing is decided of it.
func TestWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := conversation.InboxBatch{Conversation: w.v, Items: []conversation.InboxItem{text(1, "hi")}}
	st, err := stepper.New(b, stepper.Options{
		Defs: w.defs, Now: noon, Limits: aggregate.Limits{Debounce: time.Second},
	})
	require.NoError(t, err)
	var waits []aggregate.Wait
	require.True(t, st.Consume(func(wait aggregate.Wait) bool { waits = append(waits, wait); return false }))
	require.Equal(t, []aggregate.Wait{{Quiet: time.Second, Newest: noon}}, waits)
	c, err := st.Finish()
	require.NoError(t, err)
	require.Empty(t, c.Done)
	require.Empty(t, c.Sends)
}

// A version that could not be read makes the commit fail, not the conversation.
func TestUnreadableVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.defs.err = errors.New("the disk broke")
	st, err := stepper.New(conversation.InboxBatch{Conversation: w.v}, stepper.Options{Defs: w.defs, Now: noon})
	require.NoError(t, err)
	_, err = st.Finish()
	require.ErrorIs(t, err, w.defs.err)
}

// A run that cannot be read is reported, and the conversation starts from the beginning.
func TestUnreadableRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.v.Run = []byte(`{`)
	st, err := stepper.New(conversation.InboxBatch{Conversation: w.v, Items: []conversation.InboxItem{text(1, "hi")}},
		stepper.Options{Defs: w.defs, Now: noon})
	require.Error(t, err)
	require.False(t, st.Consume(func(aggregate.Wait) bool { return true }))
	c, err := st.Finish()
	require.NoError(t, err)
	require.Len(t, c.Sends, 1)
}
