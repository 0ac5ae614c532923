package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

// TestSameAnswersAsUpstream asks whatsmeow's own SQL store and ours the same random questions. Where the two differ on
// purpose, the questions avoid it: ids of used prekeys (upstream gives them again), handled messages after a restart
// (upstream keeps a row), writing one buffered message twice (upstream fails), a contact twice in one list (of which
// upstream takes the first entry).
func TestSameAnswersAsUpstream(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			openUpstream, ours := openUpstream(t), newOurs(t)
			upstream := pairForOracle(t, openUpstream().NewDevice())
			state := &oracleState{}
			for step := range uint64(300) {
				op := oracleOps[rand.New(rand.NewPCG(seed, step)).IntN(len(oracleOps))]
				arguments := func() *rand.Rand { return rand.New(rand.NewPCG(seed<<32|step, 7)) }
				state.step = int(step)
				want := op.do(t.Context(), upstream, arguments(), *state)
				for name, o := range ours {
					got := op.do(t.Context(), o.device.Whatsmeow(), arguments(), *state)
					require.Equal(t, want, got, "%s: step %d: %s", name, step, op.name)
					if step%50 == 49 {
						o.reopen(t)
					}
				}
				if step%50 == 49 {
					var err error
					upstream, err = openUpstream().GetDevice(t.Context(), *upstream.ID)
					require.NoError(t, err)
					state.from = state.step + 1
				}
			}
		})
	}
}

// oracleState is what operations share: the number of the step makes things unique, from is the first step since the
// devices were opened.
type oracleState struct{ step, from int }

// openUpstream returns whatsmeow's container and a function that opens it again.
func openUpstream(t *testing.T) (open func() *sqlstore.Container) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(filepath.Join(t.TempDir(), "upstream.db"), "rwc"))
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, sqlstore.NewWithDB(db, "sqlite3", nil).Upgrade(t.Context()))
	return func() *sqlstore.Container { return sqlstore.NewWithDB(db, "sqlite3", nil) }
}

func pairForOracle(t *testing.T, w *store.Device) *store.Device {
	t.Helper()
	id := types.NewADJID("5491100000000", 0, 7)
	w.ID, w.LID = &id, types.JID{User: "900", Device: 7, Server: types.HiddenUserServer}
	w.Account = oracleAccount()
	require.NoError(t, w.Save(t.Context()))
	return w
}

type ours struct {
	store  *signalstore.Store
	device *signalstore.Device
	epoch  uint64
}

func newOurs(t *testing.T) map[string]*ours {
	t.Helper()
	s, db := openSignal(t, filepath.Join(t.TempDir(), "recado.db"))
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	tiny := signalstore.Options{CacheBytes: 1, Sealers: signalstoretest.Veil}
	all := map[string]*ours{
		"SQLite":              {store: signalstore.New(s, signalstore.Options{})},
		"memory":              {store: signalstore.New(kv.NewMemory(), signalstore.Options{})},
		"sealed, tiny memory": {store: signalstore.New(kv.NewMemory(), tiny)},
	}
	for _, o := range all {
		o.reopen(t)
		pairForOracle(t, o.device.Whatsmeow())
	}
	return all
}

func (o *ours) reopen(t *testing.T) {
	t.Helper()
	if o.device != nil {
		require.NoError(t, o.device.Close(t.Context()))
	}
	o.epoch++
	var err error
	o.device, err = o.store.Open(t.Context(), signalstoretest.Key, o.epoch)
	require.NoError(t, err)
}

type oracleOp struct {
	name string
	do   func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string
}

var (
	addresses = []string{"1:0", "1:2", "11:0", "22_1:0", "22_1:3", "900_1:0"}
	persons   = []types.JID{
		types.NewJID("1", types.DefaultUserServer), types.NewJID("11", types.DefaultUserServer),
		types.NewJID("5", types.DefaultUserServer), types.NewJID("22", types.HiddenUserServer),
		types.NewJID("33", types.HiddenUserServer), types.NewJID("12345-6", types.GroupServer),
	}
	names = []string{"", "Ana", "José Ñandú 🌮", "it's; DROP TABLE"}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func pn(r *rand.Rand) types.JID  { return persons[r.IntN(3)] }
func lid(r *rand.Rand) types.JID { return persons[3+r.IntN(2)] }

func bytesFrom(r *rand.Rand) []byte {
	b := make([]byte, 1+r.IntN(5))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// show renders results; of an error only that there is one, and unique times are rendered by value.
func show(err error, values ...any) string {
	if err != nil {
		return "error"
	}
	return fmt.Sprintf("%v", values)
}

func sorted[K comparable, V any](m map[K]V) []string {
	var list []string
	for k, v := range maps.All(m) {
		list = append(list, fmt.Sprintf("%v: %v", k, v))
	}
	slices.Sort(list)
	return list
}

var errUndo = errors.New("undo")

// oracleHash names the buffered message of a step.
func oracleHash(step int) [32]byte { return sha256.Sum256(fmt.Append(nil, step)) }

// inTxn reads as whatsmeow does, where a read is not the promise of a write.
func inTxn[T any](ctx context.Context, m *store.Device, read func(ctx context.Context) (T, error)) (value T, err error) {
	err = m.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) (err error) {
		value, err = read(ctx)
		return err
	})
	return value, err
}

func oracleTime(s oracleState) time.Time { return time.Unix(1_700_000_000+int64(s.step), 0) }
