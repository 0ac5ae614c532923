package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// notice is what a flow tells somebody outside of the inbox. It is stored like a
// web call, as the member "notice" of the request, so that it survives a crash
// and happens once.
type notice struct {
	To     string `json:"to"` // number, webhook
	Number string `json:"number,omitempty"`
	Text   string `json:"text"`
	Reason string `json:"reason,omitempty"`
}

// request is what Call.Request holds: a web call, or a notice.
type request struct {
	engine.HTTP
	Notice *notice `json:"notice,omitempty"`
}

// notify keeps what a flow tells: for the inbox with the conversation, for others
// as something to be done.
func (d *decision) notify(key string, n *engine.Notify) {
	if n.To != "number" && n.To != "webhook" {
		d.commit.Handoff = &HandoffRequest{Reason: n.Reason, Queue: n.Queue, Note: n.Text, At: d.env.Now}
		return
	}
	data, err := json.Marshal(map[string]any{"notice": notice{n.To, n.Number, n.Text, n.Reason}})
	if err != nil || !d.calls { // better in the inbox than nowhere
		d.commit.Handoff = &HandoffRequest{Reason: n.Reason, Queue: n.Queue, Note: n.Text, At: d.env.Now}
		return
	}
	d.commit.Calls = append(d.commit.Calls, Call{Key: key, Request: data, At: d.env.Now})
}

// tell carries a notice out. What cannot be told is logged and over: nobody waits for it.
func (s *Service) tell(ctx context.Context, sh *shop, c Call, n notice) (engine.Result, bool) {
	if n.To == "number" {
		_, err := s.Send(ctx, sh.id, SendRequest{
			To: message.Peer{Phone: n.Number}, Content: message.Content{Kind: message.Text, Text: n.Text}, Key: "notice|" + c.Key, By: ByFlow,
		})
		if ctx.Err() != nil {
			return engine.Result{}, false
		}
		if err != nil {
			s.o.Log.Error("send notice", "shop", sh.id, "err", err)
			return engine.Result{Error: "failed"}, true
		}
		return engine.Result{OK: true}, true
	}
	r, err := s.webhook(ctx, sh, c, n)
	if err != nil {
		s.o.Log.Error("post notice", "shop", sh.id, "err", err)
		return engine.Result{Error: "failed"}, true
	}
	return s.o.Caller.Call(ctx, sh.id, c.Key, r)
}

var errNoWebhook = errors.New("the shop has no webhook")

// webhook is the call that posts a notice.
func (s *Service) webhook(ctx context.Context, sh *shop, c Call, n notice) (engine.HTTP, error) {
	if s.o.Webhook == nil {
		return engine.HTTP{}, errNoWebhook
	}
	r, ok, err := s.o.Webhook(ctx, sh.id)
	if err != nil {
		return r, fmt.Errorf("read webhook: %w", err)
	}
	if !ok {
		return r, errNoWebhook
	}
	r.Body, err = json.Marshal(struct {
		Conversation ID        `json:"conversation"`
		Text         string    `json:"text"`
		Reason       string    `json:"reason"`
		At           time.Time `json:"at"`
	}{c.Conversation, n.Text, n.Reason, c.At.UTC()})
	r.Method, r.Timeout, r.Retry = "POST", 10*time.Second, 3
	return r, err
}
