package pipeline_test

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation/pipeline"
	"recado/internal/message"
)

// BenchmarkAnswer is the way of one message from Receive to the settled answer,
// with the phone's two receipts, on SQLite. cpu-µs/op is what the process used,
// in all its threads; the rest of ns/op is waiting for the disk.
func BenchmarkAnswer(b *testing.B) {
	for _, chats := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(chats, " chats"), func(b *testing.B) {
			phone := &replying{heard: make(map[message.Peer]chan struct{})}
			w := newWorld(b, func(o *pipeline.Options) { o.Sender = phone; o.OutcomeDelay = 100 * time.Millisecond }, tacos)
			w.publish(tacos, echo)
			phone.w = w
			for c := range chats {
				phone.heard[peer(c)] = make(chan struct{}, 1)
			}
			before := cpu(b)
			b.ResetTimer()
			var all sync.WaitGroup
			for c := range chats {
				all.Go(func() {
					for i := c; i < b.N; i += chats {
						w.clock.advance(20 * time.Second) // the flow's own limits per minute
						m := says(tacos, peer(c), fmt.Sprintf("3EB0%016X", i), fmt.Sprint("message number ", i), w.clock.now())
						if err := w.service.Receive(context.Background(), m); err != nil {
							b.Error(err)
							return
						}
						<-phone.heard[peer(c)]
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// replying is a phone that reports at once that a message was delivered, and then read.
type replying struct {
	w     *world
	heard map[message.Peer]chan struct{}
}

func (r *replying) Send(ctx context.Context, m message.Out) (message.Receipt, error) {
	go func() {
		ctx := context.WithoutCancel(ctx)
		for _, status := range []message.Status{message.Delivered, message.Read} {
			u := message.Update{Shop: m.Shop, Channel: m.Channel, Chat: m.To, IDs: []string{m.ID}, Status: status}
			if err := r.w.service.Update(ctx, u); err != nil {
				r.w.t.Error(err)
			}
		}
		r.heard[m.To] <- struct{}{}
	}()
	return message.Receipt{ID: m.ID}, nil
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
