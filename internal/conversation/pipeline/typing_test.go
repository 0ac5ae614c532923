package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation/pipeline"
	"recado/internal/message"
	"recado/internal/tenant"
)

// typists are phones that show who types: their screens have a "…" where the
// customer saw it.
type typists struct {
	*phones
	broken bool
}

func (p typists) Typing(ctx context.Context, shop tenant.ShopID, _ message.ChannelType, to message.Peer) error {
	if _, limited := ctx.Deadline(); shop != tacos || !limited {
		return errors.New("of another shop, or for ever")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bubbles[to] = append(p.bubbles[to], message.Out{Content: message.Content{Text: "…"}})
	if p.broken {
		return errors.New("not now")
	}
	return nil
}

// The customer sees once, in the pause before a bubble or during a short delay,
// that the shop types; a channel that fails to show it holds nothing up.
func TestTyping(t *testing.T) {
	t.Parallel()
	const doc = `{"format":"recado-flow/1","id":"f","name":"F","locale":"en","start":"a","triggers":[{"on":"any_message"}],
		"settings":{"pace_ms":50%s},"nodes":{"a":{"type":"message","say":["one","two"]%s},%s}}`
	const end, delay = `"b":{"type":"end"}`, `"b":{"type":"delay","for":"1s","typing":true,"next":"c"},"c":{"type":"message","say":"three"}`
	pauses := map[string]time.Duration{"two": 60 * time.Millisecond, "three": time.Second} // that end before these
	for name, c := range map[string]struct {
		settings, node, rest string
		broken               bool
		want                 []string
	}{
		"between bubbles": {rest: end, want: []string{"one", "…", "two"}},
		"not the message": {node: `,"typing":false`, rest: end, want: []string{"one", "two"}},
		"not the flow":    {settings: `,"typing":false`, rest: end, want: []string{"one", "two"}},
		"it fails":        {rest: end, broken: true, want: []string{"one", "…", "two"}},
		"during a delay":  {node: `,"next":"b"`, rest: delay, want: []string{"one", "…", "two", "…", "three"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *pipeline.Options) {
				o.Sender = typists{o.Sender.(*phones), c.broken}
			}, tacos)
			w.publish(tacos, fmt.Sprintf(doc, c.settings, c.node, c.rest))
			w.mustWrite(peer(1), "M1", "hi")
			for n, next := range c.want {
				w.clock.advance(pauses[next])
				w.until(func() bool { return len(w.phones.screen(peer(1))) > n }, func() string { return fmt.Sprintf("the phone shows %q", w.phones.screen(peer(1))) })
			}
			w.processed(peer(1))
			require.True(t, slices.Equal(c.want, w.phones.screen(peer(1))), "%q", w.phones.screen(peer(1)))
		})
	}
}

// A pause that is looked at again before it is over is not shown again.
func TestTypingIsShownOnce(t *testing.T) {
	t.Parallel()
	var looks atomic.Int32
	w := newWorld(t, func(o *pipeline.Options) {
		now := o.Now
		o.Now = func() time.Time { looks.Add(1); return now() }
		o.Sender = typists{o.Sender.(*phones), false}
	}, tacos)
	w.publish(tacos, `{"format":"recado-flow/1","id":"f","name":"F","locale":"en","start":"a","triggers":[{"on":"any_message"}],
		"settings":{"pace_ms":10},"nodes":{"a":{"type":"message","say":["one","two"]}}}`)
	w.mustWrite(peer(1), "M1", "hi")
	w.sees(peer(1), "one", "…")
	before := looks.Load()
	w.until(func() bool { return looks.Load() > before+20 }, func() string { return "the pause is not checked" }) // the clock stands still
	w.sees(peer(1), "one", "…")
	w.clock.advance(10 * time.Millisecond)
	w.sees(peer(1), "one", "…", "two")
}
