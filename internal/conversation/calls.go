package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/tenant"
)

// Caller makes the web calls that flows ask for; outcall.Client is one.
type Caller interface {
	// Call makes a call, always with key as its Idempotency-Key: after a crash it
	// is asked again. ok is false when ctx ended before there was an outcome.
	Call(ctx context.Context, shop tenant.ShopID, key string, r engine.HTTP) (res engine.Result, ok bool)
}

// maxCalls bounds the calls of a shop that are read at once.
const maxCalls = 100

// callOut gives calls that are stored to callers, each once. The caller holds s.mu.
func (s *Service) callOut(sh *shop, calls []Call) {
	if s.o.Caller == nil {
		return
	}
	for _, c := range calls {
		if _, known := sh.calls[c.Key]; !known {
			sh.calls[c.Key] = true
			sh.toCall = append(sh.toCall, c)
		}
	}
	for sh.calling < min(s.o.Calls, len(sh.toCall)) && s.spawn(sh, func(ctx context.Context) { s.caller(ctx, sh) }) {
		sh.calling++
	}
}

// reviewCalls looks for calls in the store: after a crash, and after a commit of
// unknown outcome. The caller holds s.mu.
func (s *Service) reviewCalls(sh *shop) {
	if s.o.Caller != nil && sh.adopted {
		s.spawn(sh, func(ctx context.Context) { s.loadCalls(ctx, sh) })
	}
}

func (s *Service) loadCalls(ctx context.Context, sh *shop) {
	after := ""
	for n := 1; ; {
		calls, err := s.o.Store.Calls(ctx, sh.id, after, maxCalls)
		if err != nil {
			s.o.Log.Error("read calls", "shop", sh.id, "err", err)
			if n++; !sh.sleep(s.o.backoff(n)) {
				return
			}
			continue
		}
		s.mu.Lock()
		s.callOut(sh, calls)
		s.mu.Unlock()
		if len(calls) < maxCalls {
			return
		}
		after = calls[len(calls)-1].Key
	}
}

// caller makes one call after another until there is none.
func (s *Service) caller(ctx context.Context, sh *shop) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	defer func() { cancel(); <-ended }()
	go func() { // nobody waits for a web service when the shop is given away: the next owner asks again
		defer close(ended)
		select {
		case <-sh.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	for {
		s.mu.Lock()
		if len(sh.toCall) == 0 || s.with == nil || sh.closed {
			sh.calling--
			s.mu.Unlock()
			return
		}
		c := sh.toCall[0]
		sh.toCall = sh.toCall[1:]
		s.mu.Unlock()
		s.call(ctx, sh, c)
	}
}

// call makes one call and stores its outcome.
func (s *Service) call(ctx context.Context, sh *shop, c Call) {
	if s.o.Crash(CrashCalling) != nil || leaseLost(sh) {
		return
	}
	res, ok := s.outcome(ctx, sh, c)
	if !ok || s.o.Crash(CrashCalled) != nil {
		return
	}
	res.Effect = c.Key
	input, err := engine.EncodeInput(&res)
	if err != nil {
		input = fmt.Appendf(nil, `{"type":"result","effect":%q,"error":"internal"}`, c.Key)
	}
	p, err := s.pushPatiently(ctx, sh, c.Conversation, QueuedInput{Key: c.Key, Input: input})
	if err != nil {
		return // the conversation is gone, or the next owner calls again
	}
	s.mu.Lock()
	sh.called(c.Key)
	s.mu.Unlock()
	s.wake(sh, p.Conversation, nil) // also for what was stored before: nobody may have been woken then
}

// called notes that a call is over. It stays known for a while: who has just
// read the store may still hold it for one that waits.
func (sh *shop) called(key string) {
	const known = 2048
	sh.calls[key] = false
	if len(sh.calls) > known {
		maps.DeleteFunc(sh.calls, func(_ string, waits bool) bool { return !waits })
	}
}

func (s *Service) outcome(ctx context.Context, sh *shop, c Call) (res engine.Result, ok bool) {
	defer func() {
		if p := recover(); p != nil { // one call must not end the program, nor be tried for ever
			s.o.Log.Error("web call", "shop", sh.id, "call", c.Key, "panic", p)
			res, ok = engine.Result{Error: "internal"}, true
		}
	}()
	var r request
	if err := json.Unmarshal(c.Request, &r); err != nil {
		s.o.Log.Error("read call", "shop", sh.id, "call", c.Key, "err", err)
		return engine.Result{Error: "internal"}, true
	}
	if r.Notice != nil {
		return s.tell(ctx, sh, c, *r.Notice)
	}
	return s.o.Caller.Call(ctx, sh.id, c.Key, r.HTTP)
}

// pushPatiently stores a note for as long as it takes, unless the shop is given away.
func (s *Service) pushPatiently(ctx context.Context, sh *shop, id ID, n QueuedInput) (PushResult, error) {
	for fails := 1; ; fails++ {
		p, err := s.o.Store.Push(ctx, sh.id, id, n)
		if err == nil || errors.Is(err, ErrNotFound) {
			return p, err
		}
		s.o.Log.Error("store note", "shop", sh.id, "conversation", id, "err", err)
		if !sh.sleep(s.o.backoff(fails)) {
			return p, err
		}
	}
}

// push stores a note and wakes its conversation, if this node owns the shop.
func (s *Service) push(ctx context.Context, shop tenant.ShopID, id ID, key string, in engine.Input) error {
	data, err := engine.EncodeInput(in)
	if err != nil {
		return err
	}
	p, err := s.o.Store.Push(ctx, shop, id, QueuedInput{Key: key, Input: data})
	if err != nil {
		return err
	}
	s.mu.Lock()
	sh := s.shops[shop]
	s.mu.Unlock()
	if sh != nil {
		s.wake(sh, p.Conversation, nil)
	}
	s.wakeOwner(ctx, shop, p.Conversation)
	return nil
}

// callOf is an HTTP effect as it is stored.
func callOf(key string, r *engine.HTTP, at time.Time) (Call, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return Call{}, fmt.Errorf("write call: %w", err)
	}
	return Call{Key: key, Request: data, At: at}, nil
}
