package signalstoretest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
)

// Bench measures what a warm message and its reply cost in the store alone, without any encryption: one device, then
// many at once, as the shops of a node are.
func Bench(b *testing.B, backend kv.Backend) {
	b.Run("one device", func(b *testing.B) {
		d := benchDevice(b, backend, 0)
		b.ReportAllocs()
		for n := range b.N {
			require.NoError(b, exchange(b.Context(), d, n))
		}
	})
	b.Run("64 devices", func(b *testing.B) {
		devices := make([]*signalstore.Device, 64)
		for n := range devices {
			devices[n] = benchDevice(b, backend, n+1)
		}
		var next atomic.Int64
		b.SetParallelism(len(devices))
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			d := devices[int(next.Add(1))%len(devices)]
			for n := int(next.Add(1)) << 32; pb.Next(); n++ {
				if err := exchange(b.Context(), d, n); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(2*b.N)/b.Elapsed().Seconds(), "applies/s")
	})
}

func benchDevice(b *testing.B, backend kv.Backend, n int) *signalstore.Device {
	b.Helper()
	store := signalstore.New(backend, signalstore.Options{})
	epoch := uint64(time.Now().UnixNano()) // newer than the last run's over the same back end
	d, err := store.Open(b.Context(), shopN(n), epoch)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, d.Close(context.WithoutCancel(b.Context()))) })
	if !d.Paired() {
		Pair(b.Context(), b, d)
	}
	require.NoError(b, exchange(b.Context(), d, -1))
	return d
}

// exchange makes the store calls of one message and one reply in one of ten conversations.
func exchange(ctx context.Context, d *signalstore.Device, n int) error {
	m := d.Whatsmeow()
	user := types.NewJID(fmt.Sprint(100+n%10), types.HiddenUserServer)
	address := user.SignalAddress().String()
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(n))
	hash := sha256.Sum256(number[:])
	session := make([]byte, 1500) // of a conversation that goes back and forth
	if _, err := m.EventBuffer.GetBufferedEvent(ctx, hash); err != nil {
		return err
	}
	err := m.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		if _, err := m.Sessions.GetSession(ctx, address); err != nil {
			return err
		}
		if err := m.Identities.PutIdentity(ctx, address, [32]byte{1}); err != nil {
			return err
		}
		if err := m.Sessions.PutSession(ctx, address, session); err != nil {
			return err
		}
		return m.EventBuffer.PutBufferedEvent(ctx, hash, session[:200], time.Unix(0, 0))
	})
	if err != nil {
		return err
	}
	if _, _, err := m.Contacts.PutPushName(ctx, user, "Ana"); err != nil {
		return err
	}
	if err := m.EventBuffer.ClearBufferedEventPlaintext(ctx, hash); err != nil {
		return err
	}
	return d.SendTxn(ctx, func(ctx context.Context) error {
		if err := m.MsgSecrets.PutMessageSecret(ctx, user, user, fmt.Sprint(n), session[:32]); err != nil {
			return err
		}
		if _, err := m.Sessions.GetManySessions(ctx, []string{address}); err != nil {
			return err
		}
		if err := m.Identities.PutIdentity(ctx, address, [32]byte{1}); err != nil {
			return err
		}
		return m.Sessions.PutManySessions(ctx, map[string][]byte{address: session})
	})
}
