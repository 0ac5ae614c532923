package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"recado/internal/bus"
	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/message"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tacos = tenant.ShopID("tacos")
	pizza = tenant.ShopID("pizza")
	web   = message.WhatsAppBaileys
)

// echo answers every message with its own text.
const echo = `{"format":"recado-flow/1","id":"echo","name":"Echo","locale":"en","start":"say",
	"triggers":[{"on":"any_message"}],
	"nodes":{"say":{"type":"message","say":"echo {{ message.text }}"}}}`

// menu greets, asks and hands over.
const menu = `{"format":"recado-flow/1","id":"menu","name":"Menu","locale":"en","start":"ask",
	"triggers":[{"on":"any_message"}],
	"nodes":{
		"ask":{"type":"menu","say":"What would you like?","options":[{"id":"order","label":"Order","next":"name"},{"id":"human","label":"A person","next":"@human"}],
			"nudges":[{"after":"10m","say":"Still there?"}]},
		"name":{"type":"ask","say":"Your name?","as":"name","save":"name","next":"bye"},
		"bye":{"type":"message","say":["Thanks {{ name }}","Bye"]}}}`

// world is a node, its database and the phones of its customers. It can be
// killed and started again.
type world struct {
	t      testing.TB
	path   string
	phones *phones
	events *bus.Local
	clock  *clock
	crash  func(point string) error
	tweak  func(*pipeline.Options)
	epoch  cluster.Epoch
	shops  []tenant.ShopID
	decide sync.RWMutex // held: nothing is decided meanwhile

	db      *sqlite.DB
	store   *mortal
	flows   *library.Service
	service *pipeline.Service
	stop    func()
}

// clock is moved by hand: what people do in a minute takes a test no time.
type clock struct{ ms atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

func newWorld(t testing.TB, tweak func(*pipeline.Options), shops ...tenant.ShopID) *world {
	t.Helper()
	w := &world{
		t: t, path: filepath.Join(t.TempDir(), "recado.db"), phones: newPhones(), events: &bus.Local{}, clock: &clock{},
		crash: func(string) error { return nil }, tweak: tweak, shops: shops,
	}
	w.clock.ms.Store(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).UnixMilli())
	w.boot()
	t.Cleanup(w.kill)
	return w
}

// boot starts the process.
func (w *world) boot() {
	w.t.Helper()
	ctx := context.Background()
	db, err := sqlite.Open(ctx, w.path)
	require.NoError(w.t, err)
	records, err := sqlite.NewRecords(ctx, db)
	require.NoError(w.t, err)
	w.db, w.store = db, &mortal{Store: records}
	w.flows = library.New(library.Options{
		Store: records, Now: w.clock.now,
		Registry: func(context.Context, tenant.ShopID) flow.Registry { return flow.Registry{} },
	})
	store := w.store
	o := pipeline.Options{
		OneLog: true,
		Store:  store, Flows: w.flows, Bus: w.events, Sender: w.phones, Now: w.clock.now,
		Shop: func(_ context.Context, shop tenant.ShopID) (engine.Shop, error) {
			w.decide.RLock()
			defer w.decide.RUnlock()
			return engine.Shop{ID: shop, Zone: time.UTC}, nil
		},
		Log: slog.New(slog.DiscardHandler), OutcomeDelay: time.Millisecond, RetryBase: time.Millisecond, Debounce: 50 * time.Millisecond, Offline: 300 * time.Millisecond,
		Crash: func(point string) error {
			if store.dead.Load() {
				return errKilled
			}
			return w.crash(point)
		},
	}
	if w.tweak != nil {
		w.tweak(&o)
	}
	w.service = pipeline.New(o)
	running, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- w.service.Run(running) }()
	w.stop = func() {
		cancel()
		require.NoError(w.t, <-done)
		require.NoError(w.t, db.Close())
	}
	w.epoch++
	for _, shop := range w.shops {
		w.service.Own(cluster.Lease{Shop: shop, Node: "n", Epoch: w.epoch})
		w.service.ChannelReady(shop, web)
	}
}

// kill ends the process: from now on nothing of it reaches the database or a phone.
func (w *world) kill() {
	if w.stop == nil {
		return
	}
	w.store.dead.Store(true)
	w.phones.hangUp()
	w.stop()
	w.stop = nil
	w.phones.pickUp()
}

func (w *world) publish(shop tenant.ShopID, doc string) {
	w.t.Helper()
	_, issues, err := w.flows.Publish(w.t.Context(), shop, library.Draft{Doc: []byte(doc), Main: true, By: "usr_1"})
	require.NoError(w.t, err)
	for _, i := range issues {
		require.NotEqual(w.t, flow.SevError, i.Severity, "%+v", i)
	}
}

func peer(n int) message.Peer { return message.Peer{Phone: fmt.Sprint("54911000", n)} }

func says(shop tenant.ShopID, from message.Peer, id, text string, at time.Time) message.In {
	return message.In{
		Shop: shop, Channel: web, ID: id, Chat: from, Sender: from, Name: "Ana", At: at,
		Content: message.Content{Kind: message.Text, Text: text},
	}
}

// write has a customer write, at a pace that people write at.
func (w *world) write(shop tenant.ShopID, from message.Peer, id, text string) error {
	w.clock.advance(3 * time.Second)
	return w.service.Receive(context.Background(), says(shop, from, id, text, w.clock.now()))
}

func (w *world) mustWrite(from message.Peer, id, text string) {
	w.t.Helper()
	require.NoError(w.t, w.write(tacos, from, id, text))
}

// sees waits until a phone shows exactly the texts.
func (w *world) sees(who message.Peer, texts ...string) {
	w.t.Helper()
	w.until(func() bool { return slices.Equal(w.phones.screen(who), texts) }, func() string {
		return fmt.Sprintf("the phone shows %q, not %q", w.phones.screen(who), texts)
	})
}

func (w *world) until(ok func() bool, why func() string) {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			w.t.Fatal(why())
		}
		<-time.After(time.Millisecond)
	}
}

func (w *world) conversation(shop tenant.ShopID, who message.Peer) conversation.ConversationWithContact {
	w.t.Helper()
	l, err := w.store.Open(w.t.Context(), shop, web, who, w.clock.now())
	require.NoError(w.t, err)
	return l
}

// history is a conversation as lines "out sent text", the oldest first.
func (w *world) history(shop tenant.ShopID, who message.Peer) []string {
	w.t.Helper()
	list, _, err := w.service.Messages(w.t.Context(), shop, w.conversation(shop, who).Conversation.ID, "", 100)
	require.NoError(w.t, err)
	var lines []string
	for _, m := range slices.Backward(list) {
		lines = append(lines, fmt.Sprintf("%s %s %s", m.Direction, m.Status, m.Content.Text))
	}
	return lines
}

func (w *world) historyIs(who message.Peer, lines ...string) {
	w.t.Helper()
	w.until(func() bool { return slices.Equal(w.history(tacos, who), lines) }, func() string {
		return fmt.Sprintf("the history is\n%s\nnot\n%s", strings.Join(w.history(tacos, who), "\n"), strings.Join(lines, "\n"))
	})
}

// processed waits until a conversation's inbox is empty.
func (w *world) processed(who message.Peer) {
	w.t.Helper()
	w.until(func() bool {
		work, err := w.store.Next(w.t.Context(), tacos, w.conversation(tacos, who).Conversation.ID, 1)
		return err == nil && len(work.Items) == 0
	}, func() string { return "something still waits in the inbox" })
}

// errKilled is what a killed process' last calls get.
var errKilled = errors.New("killed")

// mortal is a store whose process can be killed: nothing is written any more.
type mortal struct {
	conversation.Store
	dead   atomic.Bool
	pushes atomic.Int32 // inputs since the process began
	fresh  atomic.Int32 // of them, those that were new
	sick   atomic.Int32 // so many commits fail before the next one succeeds
	mute   atomic.Int32 // the answers to so many pushes are lost
	lose   atomic.Int32 // so many commits are taken and then lost
	looked atomic.Int32 // how often the calls that wait were read
}

func (m *mortal) alive() error {
	if m.dead.Load() {
		return errKilled
	}
	return nil
}

func (m *mortal) Append(ctx context.Context, in message.In) (conversation.AppendResult, error) {
	if err := m.alive(); err != nil {
		return conversation.AppendResult{}, err
	}
	return m.Store.Append(ctx, in)
}

func (m *mortal) Commit(ctx context.Context, c conversation.Commit) (conversation.CommitResult, error) {
	if err := m.alive(); err != nil {
		return conversation.CommitResult{}, err
	}
	if m.sick.Add(-1) >= 0 {
		return conversation.CommitResult{}, errors.New("database or disk is full")
	}
	if m.lose.Add(-1) >= 0 {
		defer func() { go c.Lost(errors.New("the disk broke")) }()
		done := conversation.CommitResult{Conversation: conversation.Conversation{Shop: c.Shop, ID: c.Conversation, Rev: c.Rev + 1}}
		for i, s := range c.Sends {
			done.Queued = append(done.Queued, conversation.OutboxItem{
				Conversation: c.Conversation, Ord: 1000 + int64(i), By: s.By, QueuedAt: c.At,
				Out: message.Out{Shop: c.Shop, Channel: web, ID: s.MessageID, To: s.To, Content: s.Content},
			})
		}
		return done, nil
	}
	return m.Store.Commit(ctx, c)
}

func (m *mortal) Settle(ctx context.Context, l cluster.Lease, o []conversation.Outcome) error {
	if err := m.alive(); err != nil {
		return err
	}
	return m.Store.Settle(ctx, l, o)
}

func (m *mortal) Fire(ctx context.Context, l cluster.Lease, now time.Time, limit int) ([]conversation.ID, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.Store.Fire(ctx, l, now, limit)
}

func (m *mortal) Push(ctx context.Context, shop tenant.ShopID, id conversation.ID, n conversation.QueuedInput) (conversation.PushResult, error) {
	if err := m.alive(); err != nil {
		return conversation.PushResult{}, err
	}
	p, err := m.Store.Push(ctx, shop, id, n)
	if err == nil && m.mute.Add(-1) >= 0 {
		return conversation.PushResult{}, errors.New("the answer was lost")
	}
	if p.Fresh {
		m.fresh.Add(1)
	}
	m.pushes.Add(1)
	return p, err
}

func (m *mortal) Calls(ctx context.Context, shop tenant.ShopID, after string, limit int) ([]conversation.Call, error) {
	defer m.looked.Add(1)
	return m.Store.Calls(ctx, shop, after, limit)
}

// phones are the customers' phones: a bubble per id, however often it arrives.
type phones struct {
	mu      sync.Mutex
	away    bool
	bubbles map[message.Peer][]message.Out
	copies  map[string]int
	refuse  func(message.Out) error
}

func newPhones() *phones {
	return &phones{bubbles: make(map[message.Peer][]message.Out), copies: make(map[string]int)}
}

func (p *phones) Send(_ context.Context, m message.Out) (message.Receipt, error) {
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	if refuse != nil {
		if err := refuse(m); err != nil {
			return message.Receipt{}, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		return message.Receipt{}, errKilled
	}
	if p.copies[m.ID]++; p.copies[m.ID] == 1 {
		p.bubbles[m.To] = append(p.bubbles[m.To], m)
	}
	return message.Receipt{ID: m.ID}, nil
}

func (p *phones) hangUp() { p.mu.Lock(); p.away = true; p.mu.Unlock() }
func (p *phones) pickUp() { p.mu.Lock(); p.away = false; p.mu.Unlock() }

func (p *phones) refusing(f func(message.Out) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = f
}

func (p *phones) screen(who message.Peer) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var texts []string
	for _, m := range p.bubbles[who] {
		texts = append(texts, m.Content.Text)
	}
	return texts
}

// collect gathers the events of a name until the test ends.
func collect[T any](w *world, name string) func() []T {
	w.t.Helper()
	events, err := w.events.Subscribe(w.t.Context(), 10_000)
	require.NoError(w.t, err)
	var mu sync.Mutex
	var all []T
	go func() {
		for e := range events {
			if e.Name != name {
				continue
			}
			var v T
			if json.Unmarshal(e.Data, &v) == nil {
				mu.Lock()
				all = append(all, v)
				mu.Unlock()
			}
		}
	}()
	return func() []T {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}
