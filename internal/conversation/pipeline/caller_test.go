package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// folio calls a web service and sends its answer.
const folio = `{"format":"recado-flow/1","id":"folio","name":"Folio","locale":"en","start":"call",
	"triggers":[{"on":"any_message"}],"vars":{"folio":{"type":"text"}},
	"nodes":{
		"call":{"type":"http","method":"POST","url":"https://pos.example/orders","retry":1,"save":{"folio":"body.folio"},"on_ok":"ok","on_fail":"fail"},
		"ok":{"type":"message","say":"Folio {{ folio }}"},
		"fail":{"type":"message","say":"Not now"}}}`

// services are the web services of the world, which outlive a crash.
type services struct {
	mu    sync.Mutex
	keys  []string
	gate  func(ctx context.Context)
	reply engine.Result
}

func (s *services) Call(ctx context.Context, _ tenant.ShopID, key string, r engine.HTTP) (engine.Result, bool) {
	s.mu.Lock()
	s.keys = append(s.keys, key)
	gate := s.gate
	s.mu.Unlock()
	if gate != nil {
		gate(ctx)
	}
	if ctx.Err() != nil || r.URL != "https://pos.example/orders" {
		return engine.Result{}, false
	}
	return s.reply, true
}

func (s *services) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.keys)
}

func callWorld(t *testing.T, s *services) *world {
	t.Helper()
	if s.reply.Body == nil {
		s.reply = engine.Result{OK: true, Code: 201, Body: json.RawMessage(`{"folio":"A-17"}`)}
	}
	w := newWorld(t, func(o *pipeline.Options) { o.Caller = s; o.Tick = time.Millisecond }, tacos)
	w.publish(tacos, folio)
	return w
}

func TestWebCall(t *testing.T) {
	t.Parallel()
	s := &services{}
	w := callWorld(t, s)
	w.mustWrite(peer(1), "M1", "hola")
	w.sees(peer(1), "Folio A-17")
	require.Len(t, s.asked(), 1)
	calls, err := w.store.Calls(t.Context(), tacos, "", 10)
	require.NoError(t, err)
	require.Empty(t, calls)
	w.historyIs(peer(1), "in received hola", "out sent Folio A-17")
}

// TestAnswerOfThePushIsLost: the input is in the inbox, although its push reported a failure.
func TestAnswerOfThePushIsLost(t *testing.T) {
	t.Parallel()
	w := callWorld(t, &services{})
	w.store.mute.Store(1)
	w.mustWrite(peer(1), "M1", "hola")
	w.sees(peer(1), "Folio A-17")
}

func TestWithoutCallerCallsFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, folio)
	w.mustWrite(peer(1), "M1", "hola")
	w.sees(peer(1), "Not now")
}

// TestCallsSurviveCrashes kills the process around a web call: it is asked
// again under the same key, and the customer is answered once.
func TestCallsSurviveCrashes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		point string
		asked int
	}{
		{pipeline.CrashCommitted, 1}, {pipeline.CrashCalling, 1}, {pipeline.CrashCalled, 2},
	} {
		t.Run(c.point, func(t *testing.T) {
			t.Parallel()
			s := &services{}
			w := callWorld(t, s)
			// The review of calls at the start of the process must not find this one.
			w.until(func() bool { return w.store.looked.Load() > 0 }, func() string { return "calls are not reviewed" })
			var struck atomic.Bool
			w.crash = func(point string) error {
				if point != c.point || struck.Swap(true) {
					return nil
				}
				w.store.dead.Store(true)
				w.phones.hangUp()
				return errKilled
			}
			w.mustWrite(peer(1), "M1", "hola")
			w.until(struck.Load, func() string { return "never came to this point" })
			w.kill()
			w.boot()
			w.sees(peer(1), "Folio A-17")
			keys := s.asked()
			require.Len(t, keys, c.asked)
			require.Len(t, slices.Compact(keys), 1, "one key for all attempts")
		})
	}
}

// TestCallUnderWayWhenTheShopIsGiven holds that a shop is given away without waiting for a web service
// to let go of a shop, and that the next owner asks again.
func TestCallUnderWayWhenTheShopIsGiven(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 9)
	s := &services{gate: func(ctx context.Context) { asked <- struct{}{}; <-ctx.Done() }}
	w := callWorld(t, s)
	w.mustWrite(peer(1), "M1", "hola")
	<-asked
	w.kill()
	s.mu.Lock()
	s.gate = nil
	s.mu.Unlock()
	w.boot()
	w.sees(peer(1), "Folio A-17")
	keys := s.asked()
	require.Len(t, slices.Compact(keys), 1)
}

// TestMessageDuringACall: it is deferred, and no second call is made.
func TestMessageDuringACall(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := &services{gate: func(context.Context) { <-release }}
	w := callWorld(t, s)
	w.mustWrite(peer(1), "M1", "hola")
	w.until(func() bool { return len(s.asked()) == 1 }, func() string { return "not asked" })
	w.mustWrite(peer(1), "M2", "sigues?")
	w.processed(peer(1))
	close(release)
	w.sees(peer(1), "Folio A-17")
	require.Len(t, s.asked(), 1)
}

const paid = `{"format":"recado-flow/1","id":"paid","name":"Paid","locale":"en","start":"say",
	"triggers":[{"on":"event","event":"paid"},{"on":"tag_added","event":"vip","start":"vip"},{"on":"schedule","cron":"0 9 * * *","start":"morning","when":{"var":"contact.tags","is":"has_tag","to":"vip"}}],
	"nodes":{"say":{"type":"message","say":"Paid {{ event.data.folio }}"},"vip":{"type":"message","say":"Welcome"},"morning":{"type":"message","say":"Good morning"}}}`

func TestEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Tick = time.Millisecond }, tacos, pizza)
	w.publish(tacos, paid)
	h := conversation.EventRequest{To: peer(1), Name: "paid", Data: map[string]any{"folio": "A-17"}, Key: "K1"}
	l, err := w.service.ReceiveEvent(t.Context(), tacos, h)
	require.NoError(t, err)
	w.sees(peer(1), "Paid A-17")
	h.To, h.Conversation = message.Peer{}, l.Conversation.ID
	_, err = w.service.ReceiveEvent(t.Context(), tacos, h)
	require.NoError(t, err)
	_, err = w.service.ReceiveEvent(t.Context(), tacos, conversation.EventRequest{Conversation: l.Conversation.ID, Name: "unknown"})
	require.NoError(t, err)
	w.processed(peer(1))
	w.sees(peer(1), "Paid A-17")
	_, err = w.service.ReceiveEvent(t.Context(), pizza, h)
	require.ErrorIs(t, err, conversation.ErrNotFound)
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, paid)
	id := w.conversation(tacos, peer(1)).Conversation.ID
	l, err := w.service.ChangeTags(t.Context(), tacos, id, []string{"vip", "new"}, []string{"old"})
	require.NoError(t, err)
	require.Equal(t, []string{"new", "vip"}, l.Contact.Tags)
	w.sees(peer(1), "Welcome")
	_, err = w.service.ChangeTags(t.Context(), tacos, id, []string{"vip"}, []string{"new"})
	require.NoError(t, err)
	w.sees(peer(1), "Welcome") // it was there
	require.Equal(t, []string{"vip"}, w.conversation(tacos, peer(1)).Contact.Tags)
	_, err = w.service.ChangeTags(t.Context(), pizza, id, []string{"vip"}, nil)
	require.ErrorIs(t, err, conversation.ErrNotFound)
}

// TestSchedule starts the flow of those whom the trigger means, once, also when the node was
// away at the time.
func TestSchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Tick = time.Millisecond }, tacos)
	w.publish(tacos, paid)
	for i := range 3 {
		w.mustWrite(peer(i), fmt.Sprint("M", i), "hola")
		w.processed(peer(i))
	}
	for i := range 2 {
		_, err := w.service.ChangeTags(t.Context(), tacos, w.conversation(tacos, peer(i)).Conversation.ID, []string{"vip"}, nil)
		require.NoError(t, err)
		w.sees(peer(i), "Welcome")
	}
	w.kill()
	w.clock.advance(21*time.Hour + 5*time.Minute) // 9:05 on the next day
	w.boot()
	w.sees(peer(0), "Welcome", "Good morning")
	w.sees(peer(1), "Welcome", "Good morning")
	w.kill()
	w.boot()
	w.until(func() bool { return w.store.pushes.Load() >= 3 }, func() string { return "the schedule was not evaluated" })
	require.Zero(t, w.store.fresh.Load(), "every event was stored before")
	w.processed(peer(0))
	w.sees(peer(0), "Welcome", "Good morning")
	w.sees(peer(2))
	w.clock.advance(24 * time.Hour)
	w.sees(peer(0), "Welcome", "Good morning", "Good morning")
}

func TestStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	id := w.conversation(tacos, peer(1)).Conversation.ID
	_, err := w.service.StartFlow(t.Context(), tacos, id, "", "", "usr_1")
	require.ErrorIs(t, err, conversation.ErrNoSuchFlow)
	w.publish(tacos, menu)
	_, err = w.service.StartFlow(t.Context(), tacos, id, "other", "", "usr_1")
	require.ErrorIs(t, err, conversation.ErrNoSuchFlow)
	_, err = w.service.StartFlow(t.Context(), tacos, id, "menu", "nowhere", "usr_1")
	require.ErrorIs(t, err, conversation.ErrNoSuchNode)
	_, err = w.service.StartFlow(t.Context(), tacos, id, "", "name", "usr_1")
	require.NoError(t, err)
	w.sees(peer(1), "Your name?")
	_, err = w.service.StartFlow(t.Context(), pizza, id, "", "", "usr_1")
	require.True(t, errors.Is(err, conversation.ErrNotFound) || errors.Is(err, conversation.ErrNoSuchFlow))
}

func TestTrace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, menu)
	w.mustWrite(peer(1), "M1", "hola")
	w.processed(peer(1))
	w.mustWrite(peer(1), "M2", "ORDER!")
	w.processed(peer(1))
	id := w.conversation(tacos, peer(1)).Conversation.ID
	steps, err := w.service.Trace(t.Context(), tacos, id, 100)
	require.NoError(t, err)
	require.Len(t, steps, 2)
	require.True(t, steps[0].Began)
	require.False(t, steps[1].Began)
	require.Contains(t, string(steps[1].Input), `"ORDER!"`)
	require.EqualValues(t, "name", steps[1].Node)
	i := slices.IndexFunc(steps[1].Events, func(e engine.Event) bool { return e.Kind == engine.Chosen })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, "order", steps[1].Events[i].Name)
	require.NotEmpty(t, steps[1].Events[i].Rule)
	require.NotEmpty(t, steps[1].Effects)
	_, err = w.service.Trace(t.Context(), pizza, id, 100)
	require.ErrorIs(t, err, conversation.ErrNotFound)
	require.NoError(t, w.service.DeleteTraces(t.Context(), w.clock.now().Add(time.Hour)))
	steps, err = w.service.Trace(t.Context(), tacos, id, 100)
	require.NoError(t, err)
	require.Empty(t, steps)
}

// TestNotices: they go to a number of the shop's people and to its webhook, once, and
// neither waits for an answer.
func TestNotices(t *testing.T) {
	t.Parallel()
	s := &services{}
	var posted atomic.Pointer[engine.HTTP]
	hook := caller(func(r engine.HTTP) engine.Result {
		posted.Store(&r)
		return engine.Result{OK: true, Code: 204}
	})
	w := newWorld(t, func(o *pipeline.Options) {
		o.Caller = hook
		o.Webhook = func(_ context.Context, shop tenant.ShopID) (engine.HTTP, bool, error) {
			return engine.HTTP{URL: "https://crm.example/" + string(shop), Secret: "crm"}, true, nil
		}
	}, tacos)
	w.publish(tacos, `{"format":"recado-flow/1","id":"n","name":"N","locale":"en","start":"tell","triggers":[{"on":"any_message"}],
		"nodes":{"tell":{"type":"notify","to":["owner","number","webhook"],"number":"54911555500","text":"Order of {{ contact.name }}","next":"bye"},
		"bye":{"type":"message","say":"Thanks"}}}`)
	w.mustWrite(peer(1), "M1", "hola")
	w.sees(peer(1), "Thanks")
	w.sees(message.Peer{Phone: "54911555500"}, "Order of Ana")
	w.until(func() bool { return posted.Load() != nil }, func() string { return "nothing was posted" })
	r := posted.Load()
	require.Equal(t, "https://crm.example/tacos", r.URL)
	require.Equal(t, "crm", r.Secret)
	require.Contains(t, string(r.Body), "Order of Ana")
	require.NotNil(t, w.conversation(tacos, peer(1)).Conversation.Handoff)
	w.until(func() bool {
		calls, err := w.store.Calls(t.Context(), tacos, "", 10)
		return err == nil && len(calls) == 0
	}, func() string { return "a notice still waits" })
	w.kill()
	w.boot()
	w.processed(peer(1))
	w.sees(message.Peer{Phone: "54911555500"}, "Order of Ana")
	require.Empty(t, s.asked())
}

// caller is a Caller that always answers.
type caller func(engine.HTTP) engine.Result

func (c caller) Call(_ context.Context, _ tenant.ShopID, _ string, r engine.HTTP) (engine.Result, bool) {
	return c(r), true
}
