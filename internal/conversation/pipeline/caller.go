package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"recado/internal/conversation"
	"recado/internal/conversation/stepper"
	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// caller makes the web calls that flows wait for and puts their answers into the
// inbox. A crash before that repeats a call under the same Idempotency-Key.
type caller struct {
	o      *Options
	owners *owners
	wake   func(sh *ownedShop, id conversation.ID)
	send   func(ctx context.Context, shop tenant.ShopID, r conversation.SendRequest) (conversation.Message, error)
}

// callState is what the caller knows of a shop. owners.mu guards it.
type callState struct {
	pending map[string]bool // by key: false when it is over
	queue   []conversation.Call
	workers int
}

// maxCalls bounds the calls of a shop that are read at once.
const maxCalls = 100

// enqueue gives calls that are stored to workers, each once. The caller holds owners.mu.
func (w *caller) enqueue(sh *ownedShop, calls []conversation.Call) {
	if w.o.Caller == nil {
		return
	}
	for _, c := range calls {
		if _, known := sh.calls.pending[c.Key]; !known {
			sh.calls.pending[c.Key] = true
			sh.calls.queue = append(sh.calls.queue, c)
		}
	}
	for sh.calls.workers < min(w.o.Calls, len(sh.calls.queue)) && w.owners.spawn(sh, func(ctx context.Context) { w.work(ctx, sh) }) {
		sh.calls.workers++
	}
}

// review looks for calls in the store: after a crash, and after a commit of
// unknown outcome. The caller holds owners.mu.
func (w *caller) review(sh *ownedShop) {
	if w.o.Caller != nil && sh.adopted {
		w.owners.spawn(sh, func(ctx context.Context) { w.load(ctx, sh) })
	}
}

func (w *caller) load(ctx context.Context, sh *ownedShop) {
	after := ""
	for n := 1; ; {
		calls, err := w.o.Store.Calls(ctx, sh.id, after, maxCalls)
		if err != nil {
			w.o.Log.Error("read calls", "shop", sh.id, "err", err)
			if n++; !sh.sleep(w.o.backoff(n)) {
				return
			}
			continue
		}
		w.owners.mu.Lock()
		w.enqueue(sh, calls)
		w.owners.mu.Unlock()
		if len(calls) < maxCalls {
			return
		}
		after = calls[len(calls)-1].Key
	}
}

// work makes one call after another until there is none.
func (w *caller) work(ctx context.Context, sh *ownedShop) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	defer func() { cancel(); <-ended }()
	go func() { // a shop is given away without waiting for a web service: the next owner calls again
		defer close(ended)
		select {
		case <-sh.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	for {
		w.owners.mu.Lock()
		if len(sh.calls.queue) == 0 || w.owners.stopping(sh) {
			sh.calls.workers--
			w.owners.mu.Unlock()
			return
		}
		c := sh.calls.queue[0]
		sh.calls.queue = sh.calls.queue[1:]
		w.owners.mu.Unlock()
		w.call(ctx, sh, c)
	}
}

// call makes one call and stores its answer.
func (w *caller) call(ctx context.Context, sh *ownedShop, c conversation.Call) {
	if w.o.Crash(CrashCalling) != nil || sh.leaseLost() {
		return
	}
	res, ok := w.result(ctx, sh, c)
	if !ok || w.o.Crash(CrashCalled) != nil {
		return
	}
	res.Effect = c.Key
	input, err := engine.EncodeInput(&res)
	if err != nil {
		input = fmt.Appendf(nil, `{"type":"result","effect":%q,"error":"internal"}`, c.Key)
	}
	p, err := w.pushUntilStored(ctx, sh, c.Conversation, conversation.QueuedInput{Key: c.Key, Input: input})
	if err != nil {
		return // the conversation is gone, or the next owner calls again
	}
	w.owners.mu.Lock()
	sh.calls.end(c.Key)
	w.owners.mu.Unlock()
	w.wake(sh, p.Conversation) // also when it was stored before: that attempt may not have come to this line
}

// end marks a call as over. Its key is kept for a while: a reader of the store may
// still hold it for one that waits.
func (s *callState) end(key string) {
	const maxKnown = 2048
	s.pending[key] = false
	if len(s.pending) > maxKnown {
		maps.DeleteFunc(s.pending, func(_ string, waits bool) bool { return !waits })
	}
}

// result makes the call, or delivers the notice; ok is false when ctx ended before
// there was an outcome.
func (w *caller) result(ctx context.Context, sh *ownedShop, c conversation.Call) (res engine.Result, ok bool) {
	defer func() {
		if p := recover(); p != nil { // one call must neither end the program nor be tried for ever
			w.o.Log.Error("web call", "shop", sh.id, "call", c.Key, "panic", p)
			res, ok = engine.Result{Error: "internal"}, true
		}
	}()
	var r stepper.Request
	if err := json.Unmarshal(c.Request, &r); err != nil {
		w.o.Log.Error("read call", "shop", sh.id, "call", c.Key, "err", err)
		return engine.Result{Error: "internal"}, true
	}
	if r.Notice != nil {
		return w.deliver(ctx, sh, c, *r.Notice)
	}
	return w.o.Caller.Call(ctx, sh.id, c.Key, r.HTTP)
}

// pushUntilStored stores an input, however often that takes, unless the shop is given away.
func (w *caller) pushUntilStored(ctx context.Context, sh *ownedShop, id conversation.ID, in conversation.QueuedInput) (conversation.PushResult, error) {
	for fails := 1; ; fails++ {
		p, err := w.o.Store.Push(ctx, sh.id, id, in)
		if err == nil || errors.Is(err, conversation.ErrNotFound) {
			return p, err
		}
		w.o.Log.Error("store answer of a web call", "shop", sh.id, "conversation", id, "err", err)
		if !sh.sleep(w.o.backoff(fails)) {
			return p, err
		}
	}
}

// deliver sends a notice to a number or to the shop's webhook. One that cannot be
// delivered is logged and over: no flow waits for it.
func (w *caller) deliver(ctx context.Context, sh *ownedShop, c conversation.Call, n stepper.Notice) (engine.Result, bool) {
	if n.To == "number" {
		_, err := w.send(ctx, sh.id, conversation.SendRequest{
			To: message.Peer{Phone: n.Number}, Content: message.Content{Kind: message.Text, Text: n.Text},
			Key: "notice|" + c.Key, By: conversation.ByFlow,
		})
		if ctx.Err() != nil {
			return engine.Result{}, false
		}
		if err != nil {
			w.o.Log.Error("send notice", "shop", sh.id, "err", err)
			return engine.Result{Error: "failed"}, true
		}
		return engine.Result{OK: true}, true
	}
	r, err := w.webhookCall(ctx, sh, c, n)
	if err != nil {
		w.o.Log.Error("post notice", "shop", sh.id, "err", err)
		return engine.Result{Error: "failed"}, true
	}
	return w.o.Caller.Call(ctx, sh.id, c.Key, r)
}

var errNoWebhook = errors.New("the shop has no webhook")

// webhookCall is the call that posts a notice.
func (w *caller) webhookCall(ctx context.Context, sh *ownedShop, c conversation.Call, n stepper.Notice) (engine.HTTP, error) {
	if w.o.Webhook == nil {
		return engine.HTTP{}, errNoWebhook
	}
	r, ok, err := w.o.Webhook(ctx, sh.id)
	if err != nil {
		return r, fmt.Errorf("read webhook: %w", err)
	}
	if !ok {
		return r, errNoWebhook
	}
	r.Body, err = json.Marshal(struct {
		Conversation conversation.ID `json:"conversation"`
		Text         string          `json:"text"`
		Reason       string          `json:"reason"`
		At           time.Time       `json:"at"`
	}{c.Conversation, n.Text, n.Reason, c.At.UTC()})
	r.Method, r.Timeout, r.Retry = "POST", 10*time.Second, 3
	return r, err
}
