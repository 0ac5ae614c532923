package signalstoretest

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore/kv"
)

// damage changes the stored bytes of a kind without the store.
func (w *world) damage(key kv.DeviceKey, kind kv.Kind, change func(row kv.Row) []kv.Write) {
	w.t.Helper()
	rows, err := w.spy.Backend.Scan(w.t.Context(), key, []kv.Range{{Kind: kind}})
	require.NoError(w.t, err)
	require.NotEmpty(w.t, rows)
	w.epoch++
	v := &writerOf{t: w.t, b: w.spy.Backend, key: key, epoch: w.epoch}
	v.rev = claim(w.t, w.spy.Backend, key, w.epoch).rev
	for _, row := range rows {
		v.do(kv.Apply{Writes: change(row)})
	}
}

func flipBit(row kv.Row) []kv.Write {
	data := slices.Clone(row.Data)
	data[len(data)/2] ^= 4
	return []kv.Write{{Ref: row.Ref, Data: data}}
}

func damagedValue(t *testing.T, w *world) {
	d, healthy := w.paired(Key), w.paired(keyOther)
	c, fine := w.contact(d, 1), w.contact(healthy, 2)
	w.says(c, d)
	w.says(fine, healthy)
	w.close(d)
	w.damage(Key, kv.KindSession, flipBit)

	d = w.open(Key)
	e := w.writes(c, d)
	err := c.Receive(t.Context(), d.Whatsmeow(), e, func([]byte) error { return nil })
	require.ErrorIs(t, err, kv.ErrCorrupt)
	require.ErrorIs(t, err, context.Canceled)
	requireBroken(t, d, kv.ErrCorrupt)
	require.Equal(t, "question 2", w.says(fine, healthy))
	w.answered(fine, healthy, "answer")
	w.close(d)

	w.damage(Key, kv.KindCreds, flipBit)
	_, err = w.store.Open(t.Context(), Key, w.epoch)
	require.ErrorIs(t, err, kv.ErrCorrupt)
}

func movedValue(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.paired(Key)
	require.NoError(t, d.Whatsmeow().Sessions.PutSession(ctx, "1:0", []byte("one")))
	w.close(d)
	w.damage(Key, kv.KindSession, func(row kv.Row) []kv.Write {
		other := row.Ref
		other.Field = row.Field[:len(row.Field)-1] + "9" // the same user's device 9
		return []kv.Write{{Ref: other, Data: row.Data}}
	})
	d = w.open(Key)
	_, err := d.Whatsmeow().Sessions.GetSession(ctx, "1:9")
	require.ErrorIs(t, err, kv.ErrCorrupt)
}

func lostCredentials(t *testing.T, w *world) {
	w.close(w.paired(Key))
	w.damage(Key, kv.KindCreds, func(row kv.Row) []kv.Write {
		return []kv.Write{{Ref: row.Ref}}
	})
	_, err := w.store.Open(t.Context(), Key, w.epoch)
	require.ErrorIs(t, err, kv.ErrCorrupt, "a new device must not be made")
}
