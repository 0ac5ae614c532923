package sqlite

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
)

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkAnswered is the price of the records of one message and its answer:
// append, read, commit with a send and a trace, read the outbox, settle.
// cpu-µs/op counts the process, the disk's share included.
func BenchmarkAnswered(b *testing.B) {
	ctx := b.Context()
	d, err := Open(ctx, filepath.Join(b.TempDir(), "recado.db"))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, d.Close()) })
	r, err := NewRecords(ctx, d)
	require.NoError(b, err)
	lease := cluster.Lease{Shop: "a", Epoch: 1}
	_, err = r.Adopt(ctx, lease)
	require.NoError(b, err)
	peer := message.Peer{LID: "77001122334455", Phone: "5491155550000"}
	run, trace := fmt.Appendf(nil, `{"vars":{"order":%q}}`, make([]byte, 120)), fmt.Appendf(nil, `{"steps":%q}`, make([]byte, 200))
	text := message.Content{Kind: message.Text, Text: "hola, quisiera dos tacos al pastor y una horchata"}
	n := 0
	before := cpuTime(b)
	for b.Loop() {
		n++
		at := time.UnixMilli(int64(n))
		a, _, err := r.AppendAsync(ctx, message.In{
			Shop: "a", Channel: message.WhatsAppBaileys, ID: fmt.Sprint("IN", n), Chat: peer, Sender: peer, Name: "Ana", At: at, Content: text,
		})
		require.NoError(b, err)
		id := a.Conversation.ID
		w, err := r.Next(ctx, "a", id, 10)
		require.NoError(b, err)
		_, err = r.Commit(ctx, conversation.Commit{
			Shop: "a", Conversation: id, Rev: w.Conversation.Rev, Epoch: 1, Done: []int64{w.Items[0].N}, Run: run, Trace: trace, At: at,
			Sends: []conversation.Send{{MessageID: fmt.Sprint("OUT", n), To: peer, By: conversation.ByFlow, Content: text}},
		})
		require.NoError(b, err)
		_, err = r.Ready(ctx, "a", id, 0, 10)
		require.NoError(b, err)
		require.NoError(b, r.Settle(ctx, lease, []conversation.Outcome{{Conversation: id, MessageID: fmt.Sprint("OUT", n), Status: message.Sent, At: at}}))
	}
	b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
}
