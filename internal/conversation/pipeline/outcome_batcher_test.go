package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/message"
	"recado/internal/tenant"
)

// slowly is a bus that delays the event of a queued message, so that the event of
// the sent one could overtake it.
type slowly struct {
	bus.Bus
	sent chan struct{}
	once *sync.Once
}

func (b slowly) Publish(ctx context.Context, e bus.Event) error {
	var m conversation.MessageEvent
	if e.Name == conversation.EventMessage && json.Unmarshal(e.Data, &m) != nil {
		return fmt.Errorf("not a message: %s", e.Data)
	}
	if m.Status == message.Queued {
		select {
		case <-b.sent:
		case <-time.After(200 * time.Millisecond):
		}
	}
	err := b.Bus.Publish(ctx, e)
	if m.Status == message.Sent {
		b.once.Do(func() { close(b.sent) })
	}
	return err
}

// A message is published as queued before it is published as sent.
func TestEventsInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Bus = slowly{o.Bus, make(chan struct{}), new(sync.Once)} }, tacos)
	w.publish(tacos, echo)
	messages := collect[conversation.MessageEvent](w, conversation.EventMessage)
	w.mustWrite(peer(1), "M1", "hola")
	w.until(func() bool { return len(messages()) == 3 }, func() string { return fmt.Sprint(messages()) })
	require.Equal(t, []message.Status{conversation.Received, message.Queued, message.Sent},
		[]message.Status{messages()[0].Status, messages()[1].Status, messages()[2].Status})
}

// stuck is a store whose Settle never returns.
type stuck struct {
	conversation.Store
	asked chan struct{}
}

func (s stuck) Settle(ctx context.Context, _ cluster.Lease, _ []conversation.Outcome) error {
	select {
	case s.asked <- struct{}{}:
	default:
	}
	<-ctx.Done()
	return ctx.Err()
}

// A store that does not answer delays the end of the process by Grace at most.
func TestStopsWhileTheStoreIsStuck(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	w := newWorld(t, func(o *pipeline.Options) {
		o.Store, o.Grace = stuck{o.Store, asked}, 50*time.Millisecond
	}, tacos)
	w.publish(tacos, echo)
	w.mustWrite(peer(1), "M1", "hola")
	w.sees(peer(1), "echo hola")
	<-asked
	stop := w.stop
	w.stop = nil
	ended := make(chan struct{})
	go func() { defer close(ended); stop() }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
}

// A late outcome of an older ownership of a shop does not discard those of the
// newer one.
func TestLateOutcomeOfAnOlderOwnership(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.OutcomeDelay = time.Hour }, tacos)
	w.publish(tacos, echo)
	sending, release := make(chan struct{}), make(chan struct{})
	var tries atomic.Int32
	w.phones.refusing(func(message.Out) error {
		if tries.Add(1) == 1 {
			close(sending)
			<-release
		}
		return nil
	})
	w.mustWrite(peer(1), "M1", "one")
	<-sending
	w.epoch++
	w.service.Own(cluster.Lease{Shop: tacos, Node: "n", Epoch: w.epoch})
	w.sees(peer(1), "echo one")
	w.mustWrite(peer(1), "M2", "two")
	w.sees(peer(1), "echo one", "echo two")
	close(release)
	w.stop() // and stores what became of them
	w.stop = nil
	w.boot()
	w.mustWrite(peer(1), "M3", "three")
	w.sees(peer(1), "echo one", "echo two", "echo three")
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	for i, copies := range []int{2, 1, 1} {
		require.Equal(t, copies, w.phones.copies[w.phones.bubbles[peer(1)][i].ID], i)
	}
}

// deaf is a store that takes no receipts of one shop.
type deaf struct {
	conversation.Store
	to  tenant.ShopID
	now *atomic.Bool
}

func (s deaf) Update(ctx context.Context, u message.Update) ([]conversation.Message, error) {
	if u.Shop == s.to && s.now.Load() {
		return nil, errAway
	}
	return s.Store.Update(ctx, u)
}

// A receipt that cannot be stored, now or ever, does not delay the others.
func TestReceiptsThatCannotBeStored(t *testing.T) {
	t.Parallel()
	var now atomic.Bool
	now.Store(true)
	w := newWorld(t, func(o *pipeline.Options) {
		o.Store, o.OutcomeDelay = deaf{o.Store, tacos, &now}, 200*time.Millisecond
	}, tacos, pizza)
	receipts := make(map[tenant.ShopID]message.Update)
	for _, shop := range []tenant.ShopID{tacos, pizza} {
		m, err := w.service.Send(t.Context(), shop, conversation.SendRequest{To: peer(1), Content: text("hi"), By: "usr_1"})
		require.NoError(t, err)
		receipts[shop] = message.Update{Shop: shop, Channel: web, Chat: peer(1), IDs: []string{m.ID}, Status: message.Delivered}
	}
	w.sees(peer(1), "hi", "hi")
	nonsense := receipts[pizza]
	nonsense.Status = message.Failed
	for _, u := range []message.Update{receipts[tacos], nonsense, receipts[pizza]} {
		require.NoError(t, w.service.Update(t.Context(), u))
	}
	delivered := func(shop tenant.ShopID) {
		t.Helper()
		w.until(func() bool { return w.history(shop, peer(1))[0] == "out delivered hi" }, func() string { return fmt.Sprint(w.history(shop, peer(1))) })
	}
	delivered(pizza)
	now.Store(false)
	delivered(tacos)
}
