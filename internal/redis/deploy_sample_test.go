package redis

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/message"
	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
)

// sample is conform with fewer tests of sessions and events, which take long, for deployments that differ little from one
// that has passed all.
func sample(t *testing.T, url string) {
	t.Helper()
	a, b := openURL(t, url), openURL(t, url)
	t.Run("signal", func(t *testing.T) {
		p := newApart()
		for n := range 10 { // of a cluster, on every server
			key := kv.DeviceKey{Shop: p.shop(tenant.ShopID(fmt.Sprint(n))), Channel: message.WhatsAppBaileys}
			changesHands(t, key, a.Signal(), b.Signal())
		}
	})
	t.Run("takeover", func(t *testing.T) { takesOver(t, a, b) })
	conformShort(t, a, b)
	t.Run("bus", func(t *testing.T) {
		nodes := []*Bus{openBus(t, a), openBus(t, b)}
		var feeds []<-chan bus.Event
		for _, node := range nodes {
			feed, err := node.Subscribe(t.Context(), 10)
			require.NoError(t, err)
			feeds = append(feeds, feed)
		}
		for n, node := range nodes {
			want := bus.Event{Shop: tenant.ShopID(fmt.Sprint(n)), Name: "n", Data: []byte(`{}`)}
			require.NoError(t, node.Publish(t.Context(), want))
			for _, feed := range feeds {
				require.Equal(t, want, <-feed)
			}
		}
	})
}

// changesHands writes a device as one owner and then as the next one, which the first cannot disturb.
func changesHands(t *testing.T, key kv.DeviceKey, former, next kv.Backend) {
	t.Helper()
	state, err := former.Claim(t.Context(), key, 1)
	require.NoError(t, err)
	require.NoError(t, former.Apply(t.Context(), key, unit(1, state.Rev, "first")))
	state, err = next.Claim(t.Context(), key, 2)
	require.NoError(t, err)
	require.ErrorIs(t, former.Apply(t.Context(), key, unit(1, state.Rev, "too late")), kv.ErrFenced)
	_, err = former.Claim(t.Context(), key, 1)
	require.ErrorIs(t, err, kv.ErrFenced)
	want := []kv.Value{{Version: state.Rev, Data: []byte("first")}}
	for _, text := range []string{"second", "third"} {
		values, err := next.Read(t.Context(), key, []kv.Ref{contactRef})
		require.NoError(t, err)
		require.Equal(t, want, values)
		require.NoError(t, next.Apply(t.Context(), key, unit(2, state.Rev, text)))
		state.Rev++
		want = []kv.Value{{Version: state.Rev, Data: []byte(text)}}
	}
	require.ErrorIs(t, next.Apply(t.Context(), key, unit(2, state.Rev-1, "again")), kv.ErrRollback)
	rows, err := former.Scan(t.Context(), key, []kv.Range{{Kind: contactRef.Kind}})
	require.NoError(t, err, "a reader need not be the owner")
	require.Equal(t, []kv.Row{{Ref: contactRef, Value: want[0]}}, rows)
}

var contactRef = kv.Ref{Kind: kv.KindSession, Field: "contact"}

// unit returns an apply that writes one value.
func unit(epoch, rev uint64, text string) kv.Apply {
	return kv.Apply{
		Epoch: epoch, Rev: rev, Next: rev + 1,
		Writes: []kv.Write{{Ref: contactRef, Data: []byte(text)}},
	}
}

// forgetful is a shop whose owner has no replay log, so that lost writes stay lost.
type forgetful struct {
	b   kv.Backend
	key kv.DeviceKey
	rev uint64
}

func newForgetful(t *testing.T, b kv.Backend, shop tenant.ShopID) *forgetful {
	t.Helper()
	f := &forgetful{b: b, key: kv.DeviceKey{Shop: shop, Channel: message.WhatsAppBaileys}}
	_, err := b.Claim(t.Context(), f.key, 1)
	require.NoError(t, err)
	require.NoError(t, f.write(t))
	return f
}

// write makes the next revision, with the revision as its value.
func (f *forgetful) write(t *testing.T) error {
	t.Helper()
	err := f.b.Apply(t.Context(), f.key, unit(1, f.rev, fmt.Sprint(f.rev+1)))
	if err == nil {
		f.rev++
	}
	return err
}

// isKept checks that the last write is there and the next one works.
func (f *forgetful) isKept(t *testing.T) {
	t.Helper()
	values, err := f.b.Read(t.Context(), f.key, []kv.Ref{contactRef})
	require.NoError(t, err)
	require.Equal(t, []kv.Value{{Version: f.rev, Data: []byte(fmt.Sprint(f.rev))}}, values)
	require.NoError(t, f.write(t))
}
