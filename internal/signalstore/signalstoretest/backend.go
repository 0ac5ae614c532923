package signalstoretest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
)

var backendTests = map[string]func(*testing.T, kv.Backend){
	"an unclaimed device is empty and refuses writes":     unclaimed,
	"applied values are read back":                        readBack,
	"values of any bytes are whole":                       anyBytes,
	"an apply is all or nothing":                          allOrNothing,
	"a compared version must be the stored one":           compareVersions,
	"if absent leaves an existing value alone":            ifAbsent,
	"scan and drop take exactly their ranges":             ranges,
	"reset replaces everything":                           reset,
	"a newer epoch fences the older one":                  fencing,
	"an older epoch cannot claim":                         claimOlder,
	"a revision that is not the stored one is a rollback": rollback,
	"devices see only their own values":                   isolation,
	"a tombstone stops writes until a reset":              tombstones,
	"only a tombstone that is old enough is dropped":      drop,
	"devices are listed":                                  devices,
	"concurrent applies of one revision: one wins":        oneWins,
	"concurrent devices do not disturb each other":        manyDevices,
	"a large apply works":                                 largeApply,
}

// writerOf applies one revision after the other.
type writerOf struct {
	t     *testing.T
	b     kv.Backend
	key   kv.DeviceKey
	epoch uint64
	rev   uint64
}

func claim(t *testing.T, b kv.Backend, key kv.DeviceKey, epoch uint64) *writerOf {
	t.Helper()
	state, err := b.Claim(t.Context(), key, epoch)
	require.NoError(t, err)
	return &writerOf{t: t, b: b, key: key, epoch: epoch, rev: state.Rev}
}

func (w *writerOf) try(a kv.Apply) error {
	a.Epoch, a.Rev, a.Next = w.epoch, w.rev, w.rev+1
	err := w.b.Apply(w.t.Context(), w.key, a)
	if err == nil {
		w.rev++
	}
	return err
}

func (w *writerOf) do(a kv.Apply) {
	w.t.Helper()
	require.NoError(w.t, w.try(a))
}

func (w *writerOf) put(values ...string) {
	w.t.Helper()
	w.do(kv.Apply{Writes: writes(values...)})
}

// writes makes sessions: field, value, field, value, …
func writes(values ...string) []kv.Write {
	var list []kv.Write
	for pair := range slices.Chunk(values, 2) {
		list = append(list, kv.Write{Ref: sessionRef(pair[0]), Data: []byte(pair[1])})
	}
	return list
}

func sessionRef(field string) kv.Ref {
	return kv.Ref{Kind: kv.KindSession, Field: field}
}

func (w *writerOf) value(ref kv.Ref) kv.Value {
	w.t.Helper()
	values, err := w.b.Read(w.t.Context(), w.key, []kv.Ref{ref})
	require.NoError(w.t, err)
	require.Len(w.t, values, 1)
	return values[0]
}

// all returns every session as "field=value@version".
func (w *writerOf) all() []string {
	w.t.Helper()
	rows, err := w.b.Scan(w.t.Context(), w.key, []kv.Range{{Kind: kv.KindSession}})
	require.NoError(w.t, err)
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = fmt.Sprintf("%s=%s@%d", row.Field, row.Data, row.Version)
	}
	slices.Sort(list)
	return list
}

func unclaimed(t *testing.T, b kv.Backend) {
	values, err := b.Read(t.Context(), Key, []kv.Ref{sessionRef("a"), sessionRef("b")})
	require.NoError(t, err)
	require.Equal(t, []kv.Value{{}, {}}, values)
	rows, err := b.Scan(t.Context(), Key, []kv.Range{{Kind: kv.KindSession}})
	require.NoError(t, err)
	require.Empty(t, rows)
	require.ErrorIs(t, b.Apply(t.Context(), Key, kv.Apply{Next: 1, Writes: writes("a", "1")}), kv.ErrFenced)
	list, err := b.Devices(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
}

func readBack(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 5)
	require.Zero(t, w.rev)
	w.put("a", "1", "b", "2")
	w.put("b", "3", "c", "4")
	require.Equal(t, []string{"a=1@1", "b=3@2", "c=4@2"}, w.all())
	w.do(kv.Apply{Writes: []kv.Write{{Ref: sessionRef("a")}, {Ref: sessionRef("never")}}})
	require.Equal(t, []string{"b=3@2", "c=4@2"}, w.all())

	values, err := b.Read(t.Context(), Key, []kv.Ref{sessionRef("c"), sessionRef("a"), sessionRef("b")})
	require.NoError(t, err)
	require.Equal(t, []kv.Value{{Version: 2, Data: []byte("4")}, {}, {Version: 2, Data: []byte("3")}}, values)
	require.Equal(t, uint64(3), claim(t, b, Key, 5).rev, "the same owner may claim again")
}

func anyBytes(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for _, data := range [][]byte{{0}, {0xff, 0xfe, 0}, []byte("é\x00\r\n*3"), every, bytes.Repeat([]byte{7}, 1<<20)} {
		for _, field := range []string{"", "x", "1_1:0", "ñ:{a}*?[", strings.Repeat("f", 1024)} {
			w.do(kv.Apply{Writes: []kv.Write{{Ref: sessionRef(field), Data: data}}})
			require.Equal(t, kv.Value{Version: w.rev, Data: data}, w.value(sessionRef(field)))
		}
	}
}

func allOrNothing(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	w.put("a", "1", "b", "2", "c", "3")
	err := w.try(kv.Apply{
		Compare: []kv.Compare{{Ref: sessionRef("a"), Version: 1}, {Ref: sessionRef("b"), Version: 99}},
		Drops:   []kv.Range{{Kind: kv.KindSession, Prefix: "c"}},
		Writes:  writes("a", "9", "d", "9"),
	})
	require.ErrorIs(t, err, kv.ErrConflict)
	require.Equal(t, []string{"a=1@1", "b=2@1", "c=3@1"}, w.all())
	w.put("a", "2") // and the revision has not moved
	require.Equal(t, []string{"a=2@2", "b=2@1", "c=3@1"}, w.all())
}

func compareVersions(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	w.put("a", "1")
	w.put("b", "1")
	for _, c := range []struct {
		field   string
		version uint64
		want    error
	}{
		{"a", 1, nil},
		{"a", 0, kv.ErrConflict},
		{"a", 2, kv.ErrConflict},
		{"b", 2, nil},
		{"none", 0, nil},
		{"none", 1, kv.ErrConflict},
	} {
		err := w.try(kv.Apply{Compare: []kv.Compare{{Ref: sessionRef(c.field), Version: c.version}}})
		require.ErrorIs(t, err, c.want, "%s at version %d", c.field, c.version)
	}
}

func ifAbsent(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	w.put("a", "1")
	w.do(kv.Apply{Writes: []kv.Write{
		{Ref: sessionRef("a"), Data: []byte("2"), IfAbsent: true},
		{Ref: sessionRef("b"), Data: []byte("2"), IfAbsent: true},
	}})
	require.Equal(t, []string{"a=1@1", "b=2@2"}, w.all())
}

func ranges(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	identity := kv.Ref{Kind: kv.KindIdentity, Field: "1:0"}
	w.put("1:0", "a", "1:1", "b", "12:0", "c", "1", "d", "1;", "e", "%:1", "f", "_:1", "g", "é:0", "h", "1*:0", "i")
	w.do(kv.Apply{Writes: []kv.Write{{Ref: identity, Data: []byte("k")}}})

	fields := func(prefixes ...string) []string {
		var list []kv.Range
		for _, p := range prefixes {
			list = append(list, kv.Range{Kind: kv.KindSession, Prefix: p})
		}
		rows, err := b.Scan(t.Context(), Key, list)
		require.NoError(t, err)
		var found []string
		for _, row := range rows {
			found = append(found, row.Field)
		}
		slices.Sort(found)
		return found
	}
	require.Equal(t, []string{"1:0", "1:1"}, fields("1:"))
	require.Equal(t, []string{"12:0", "1:0", "1:1"}, fields("1:", "12:"))
	require.Equal(t, []string{"%:1"}, fields("%:"))
	require.Equal(t, []string{"_:1"}, fields("_:"))
	require.Equal(t, []string{"1*:0"}, fields("1*"))
	require.Equal(t, []string{"é:0"}, fields("\xc3"))
	require.Empty(t, fields("2", "\xff"))
	require.Len(t, fields(""), 9)

	w.do(kv.Apply{
		Drops:  []kv.Range{{Kind: kv.KindSession, Prefix: "1:"}, {Kind: kv.KindSession, Prefix: "é"}},
		Writes: writes("1:1", "new"),
	})
	require.Equal(t, []string{"%:1", "1", "1*:0", "12:0", "1:1", "1;", "_:1"}, fields(""))
	require.Equal(t, "new", string(w.value(sessionRef("1:1")).Data), "a write of the same apply stays")
	require.Equal(t, "k", string(w.value(identity).Data), "another kind stays")
}

func reset(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	other := claim(t, b, keyWeb, 1)
	other.put("a", "other")
	w.put("a", "1", "b", "2")
	w.do(kv.Apply{Reset: true, Writes: writes("c", "3")})
	require.Equal(t, []string{"c=3@2"}, w.all())
	require.Equal(t, []string{"a=other@1"}, other.all())
}

func fencing(t *testing.T, b kv.Backend) {
	stale := claim(t, b, Key, 1)
	stale.put("a", "1")
	owner := claim(t, b, Key, 2)
	require.Equal(t, stale.rev, owner.rev)
	for name, a := range map[string]kv.Apply{
		"write": {Writes: writes("a", "2")}, "empty": {}, "reset": {Reset: true}, "delete": {Tombstone: time.Now()},
		"compare": {Compare: []kv.Compare{{Ref: sessionRef("a"), Version: 1}}},
	} {
		require.ErrorIs(t, stale.try(a), kv.ErrFenced, name)
	}
	owner.put("a", "3")
	require.ErrorIs(t, stale.try(kv.Apply{Writes: writes("a", "2")}), kv.ErrFenced)
	require.Equal(t, []string{"a=3@2"}, owner.all())
}

func claimOlder(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 7)
	_, err := b.Claim(t.Context(), Key, 6)
	require.ErrorIs(t, err, kv.ErrFenced)
	w.put("a", "1") // the failed claim has fenced no owner
}

func rollback(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	w.put("a", "1")
	w.put("a", "2")
	for _, rev := range []uint64{0, 1, 3} {
		a := kv.Apply{Epoch: 1, Rev: rev, Next: rev + 1, Writes: writes("a", "9")}
		require.ErrorIs(t, b.Apply(t.Context(), Key, a), kv.ErrRollback, "revision %d", rev)
	}
	jump := kv.Apply{Epoch: 1, Rev: 2, Next: 10, Writes: writes("a", "3")}
	require.NoError(t, b.Apply(t.Context(), Key, jump))
	require.Equal(t, uint64(10), claim(t, b, Key, 1).rev, "the next revision may skip some")
	require.Equal(t, []string{"a=3@10"}, w.all())
}

func isolation(t *testing.T, b kv.Backend) {
	mine, web, other := claim(t, b, Key, 1), claim(t, b, keyWeb, 4), claim(t, b, keyOther, 9)
	mine.put("a", "mine")
	web.put("a", "web")
	other.put("b", "other")
	require.Equal(t, []string{"a=mine@1"}, mine.all())
	require.Equal(t, []string{"a=web@1"}, web.all())
	require.Equal(t, []string{"b=other@1"}, other.all())
	mine.do(kv.Apply{Drops: []kv.Range{{Kind: kv.KindSession}}})
	mine.do(kv.Apply{Reset: true})
	mine.do(kv.Apply{Tombstone: time.UnixMilli(1)})
	dropped, err := b.Drop(t.Context(), Key, time.Now())
	require.NoError(t, err)
	require.True(t, dropped)
	require.Equal(t, []string{"a=web@1"}, web.all())
	require.Equal(t, []string{"b=other@1"}, other.all())
	web.put("c", "still the owner")
}

func tombstones(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	w.put("a", "1")
	at := time.UnixMilli(1_760_000_000_123)
	w.do(kv.Apply{Tombstone: at})
	require.ErrorIs(t, w.try(kv.Apply{Writes: writes("a", "2")}), kv.ErrDeleted)
	require.Equal(t, []string{"a=1@1"}, w.all(), "the values are kept")
	state, err := b.Claim(t.Context(), Key, 2)
	require.NoError(t, err)
	require.True(t, state.Tombstone.Equal(at), "%s", state.Tombstone)
	require.Equal(t, uint64(2), state.Rev)

	again := claim(t, b, Key, 3)
	again.do(kv.Apply{Reset: true, Writes: writes("z", "26")})
	require.Equal(t, []string{"z=26@3"}, again.all())
	again.put("z", "27")
	state, err = b.Claim(t.Context(), Key, 3)
	require.NoError(t, err)
	require.True(t, state.Tombstone.IsZero())
}

func drop(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	w.put("a", "1")
	at := time.UnixMilli(1_760_000_000_000)
	try := func(before time.Time) bool {
		dropped, err := b.Drop(t.Context(), Key, before)
		require.NoError(t, err)
		return dropped
	}
	require.False(t, try(time.Now()), "a living device is never dropped")
	w.do(kv.Apply{Tombstone: at})
	require.False(t, try(at), "not old enough")
	require.True(t, try(at.Add(time.Millisecond)))
	require.False(t, try(time.Now()), "gone already")
	require.Empty(t, w.all())
	require.ErrorIs(t, w.try(kv.Apply{Reset: true}), kv.ErrFenced)
	list, err := b.Devices(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
	require.Zero(t, claim(t, b, Key, 1).rev, "a device of the same name starts empty")
}

func devices(t *testing.T, b kv.Backend) {
	claim(t, b, Key, 1)
	claim(t, b, keyWeb, 2).put("a", "1")
	gone := claim(t, b, keyOther, 3)
	gone.put("a", "1")
	at := time.UnixMilli(1_760_000_000_000)
	gone.do(kv.Apply{Tombstone: at})
	list, err := b.Devices(t.Context())
	require.NoError(t, err)
	got := make(map[kv.DeviceKey]kv.Info)
	for _, info := range list {
		got[info.Key] = info
	}
	require.Len(t, list, 3)
	require.Equal(t, kv.Info{Key: Key, Epoch: 1}, got[Key])
	require.False(t, got[Key].Paired())
	require.Equal(t, kv.Info{Key: keyWeb, Epoch: 2, State: kv.State{Rev: 1}}, got[keyWeb])
	require.True(t, got[keyWeb].Paired())
	require.True(t, got[keyOther].Tombstone.Equal(at))
	require.False(t, got[keyOther].Paired())

	list, err = b.Devices(t.Context(), keyWeb, shopN(1))
	require.NoError(t, err)
	require.Equal(t, []kv.Info{got[keyWeb]}, list)
	list, err = b.Devices(t.Context(), shopN(1))
	require.NoError(t, err)
	require.Empty(t, list)
}

func oneWins(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	const rounds, racers = 20, 8
	for round := range uint64(rounds) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for racer := range racers {
			wg.Go(func() {
				a := kv.Apply{Epoch: 1, Rev: round, Next: round + 1, Writes: writes("a", fmt.Sprint(racer))}
				if b.Apply(t.Context(), Key, a) == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int32(1), won.Load())
	}
	require.Equal(t, uint64(rounds), w.value(sessionRef("a")).Version)
}

func manyDevices(t *testing.T, b kv.Backend) {
	const devices, rounds = 16, 25
	var wg sync.WaitGroup
	errs := make([]error, devices)
	for n := range devices {
		wg.Go(func() { errs[n] = applyRounds(t.Context(), b, shopN(n), rounds) })
	}
	wg.Wait()
	for n, err := range errs {
		require.NoError(t, err, "device %d", n)
		require.Equal(t, []string{fmt.Sprintf("a=%d@%d", rounds, rounds)}, claim(t, b, shopN(n), 1).all())
	}
}

func shopN(n int) kv.DeviceKey {
	key := Key
	key.Shop += tenant.ShopID(fmt.Sprint("-", n))
	return key
}

func applyRounds(ctx context.Context, b kv.Backend, key kv.DeviceKey, rounds uint64) error {
	if _, err := b.Claim(ctx, key, 1); err != nil {
		return err
	}
	for rev := range rounds {
		a := kv.Apply{
			Epoch: 1, Rev: rev, Next: rev + 1,
			Compare: []kv.Compare{{Ref: sessionRef("a"), Version: rev}}, Writes: writes("a", fmt.Sprint(rev+1)),
		}
		if err := b.Apply(ctx, key, a); err != nil {
			return fmt.Errorf("round %d: %w", rev, err)
		}
	}
	return nil
}

func largeApply(t *testing.T, b kv.Backend) {
	w := claim(t, b, Key, 1)
	const n = 5000
	a := kv.Apply{}
	for i := range n {
		a.Writes = append(a.Writes, writes(fmt.Sprintf("%05d", i), strings.Repeat("x", 100))...)
	}
	w.do(a)
	require.Len(t, w.all(), n)
	b2 := kv.Apply{}
	for i := range n {
		b2.Compare = append(b2.Compare, kv.Compare{Ref: sessionRef(fmt.Sprintf("%05d", i)), Version: 1})
	}
	w.do(b2)
	w.do(kv.Apply{Drops: []kv.Range{{Kind: kv.KindSession, Prefix: "0"}}})
	require.Empty(t, w.all())
}
