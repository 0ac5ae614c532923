package migrate_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/conversation/encrypted"
	"recado/internal/message"
	"recado/internal/migrate"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
	"recado/internal/store/storetest"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// What was in one database file is in another after a way through MongoDB and
// Redis, column for column.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	before, between, after := embedded(t, 1), production(t, 1), embedded(t, 1)
	furnish(t, before)
	there := move(t, before, between)
	back := move(t, between, after)
	last := len(there.Counts) - 1
	require.Equal(t, there.Counts[:last], back.Counts[:last])
	require.Equal(t, there.Counts[last].Rows+2, back.Counts[last].Rows, "each linked device was noted to be complete")
	require.False(t, there.Resumed)
	require.Zero(t, there.Rewrapped)
	require.Empty(t, there.Damaged)
	for _, l := range there.Counts {
		require.NotZero(t, l.Rows, "the test has nothing of %s", l.What)
	}
	require.Equal(t, dump(t, before.path), dump(t, after.path))
}

// dump is the content of a database file: what a table holds, row by row.
func dump(t *testing.T, path string) map[string][]string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	all := map[string][]string{}
	for name, query := range map[string]string{
		// Without versions, which mean something to their store only, and the note that all was stored.
		"signal_devices": `SELECT shop, channel, epoch, deleted FROM signal_devices`,
		"signal_values":  `SELECT d.shop, d.channel, v.kind, v.field, v.value FROM signal_values v JOIN signal_devices d ON d.id = v.device WHERE v.field <> 'closed'`,
		// The input of a note that is done, and sign-ins that end soon, are left behind. Sessions know of newer owners.
		"messages": `SELECT shop, conv, n, id, what, dir, state, at, not_before, author, iif(dir = '*' AND state = 'done', '', body), code FROM messages`,
		"logins":   fmt.Sprintf(`SELECT * FROM logins WHERE expires_at > %d`, time.Now().Add(migrate.LoginLeft).UnixMilli()),
		"owners":   `SELECT shop, max(epoch, (SELECT coalesce(max(d.epoch), 0) FROM signal_devices d WHERE d.shop = owners.shop)) FROM owners`,
	} {
		all[name] = lines(t, db, query)
	}
	for _, name := range lines(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('schema_migrations', 'migration')`) {
		name = name[1 : len(name)-1]
		if _, special := all[name]; !special {
			all[name] = lines(t, db, "SELECT * FROM "+name)
		}
	}
	require.Greater(t, len(all), 20)
	return all
}

func lines(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rows.Scan(into...))
		all = append(all, fmt.Sprintf("%s", values))
	}
	require.NoError(t, rows.Err())
	slices.Sort(all)
	return all
}

// What a server reads after the move is what it read before.
func TestServersSeeTheSame(t *testing.T) {
	t.Parallel()
	from, to := embedded(t, 1), production(t, 1)
	furnish(t, from)
	want := seen(t, from)
	move(t, from, to)
	require.Equal(t, want, seen(t, to))
}

// seen is what the verbs of a store tell of the shop.
func seen(t *testing.T, p *place) (all []any) {
	t.Helper()
	ctx, s := t.Context(), encrypted.New(p.records, p.Vault)
	list, err := s.Conversations(ctx, shopID, conversation.Page{Limit: 100})
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, l := range list {
		id := l.Conversation.ID
		w, err := s.Next(ctx, shopID, id, 100)
		require.NoError(t, err)
		history, err := s.Messages(ctx, shopID, id, conversation.Newest, 100)
		require.NoError(t, err)
		ready, err := s.Ready(ctx, shopID, id, -1<<50, 100)
		require.NoError(t, err)
		traces, err := s.Traces(ctx, shopID, id, conversation.Newest, 100)
		require.NoError(t, err)
		all = append(all, l, w, history, ready, traces)
	}
	calls, err := s.Calls(ctx, shopID, "", 100)
	require.NoError(t, err)
	next, err := s.NextTimer(ctx, shopID)
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, s.WriteAsset(ctx, shopID, "menu", &file))
	user, in, err := p.records.UserByEmail(ctx, "lupita@example.com")
	require.NoError(t, err)
	login, err := p.records.Login(ctx, "login0", time.Now())
	require.NoError(t, err)
	login.ExpiresAt = login.ExpiresAt.Truncate(time.Second)
	shop, err := p.records.Shop(ctx, shopID)
	require.NoError(t, err)
	channels, err := p.records.Channels(ctx, shopID)
	require.NoError(t, err)
	flow, err := p.records.CurrentFlow(ctx, shopID)
	require.NoError(t, err)
	return append(all, calls, next, file.String(), user, in, login, shop, channels, flow)
}

// What WhatsApp delivers again after the move is known, and changes nothing.
func TestWhatComesAgainIsKnown(t *testing.T) {
	t.Parallel()
	from, to, back := embedded(t, 1), production(t, 1), embedded(t, 1)
	furnish(t, from)
	again := func(p *place) {
		t.Helper()
		s := p.store()
		eva := message.Peer{LID: "500", Phone: "5491100000005"}
		say := func(id string, mine bool) conversation.AppendResult {
			a, err := s.Append(t.Context(), message.In{
				Shop: shopID, Channel: web, ID: id, Chat: eva, Sender: eva, Name: "Eva", FromMe: mine, At: noon, Content: message.Content{Kind: message.Text, Text: "otra vez"},
			})
			require.NoError(t, err)
			return a
		}
		fresh := say(p.Name, false)
		require.True(t, fresh.Fresh)
		for _, id := range []string{"E1", "E2", "E3", "E4"} {
			require.False(t, say(id, false).Fresh, "%s in %s", id, p.Name)
		}
		for _, id := range []string{"P1", "P2", "O0", "O5"} { // the phone's own, and the echo of ours
			require.False(t, say(id, true).Fresh, "%s in %s", id, p.Name)
		}
		l, err := s.Conversation(t.Context(), shopID, fresh.Conversation.ID)
		require.NoError(t, err)
		require.Equal(t, fresh.Conversation.Unread, l.Conversation.Unread)
	}
	move(t, from, to)
	again(to)
	move(t, to, back)
	again(back)
}

// The contract of record stores holds across a move: wherever it has a new
// process take over, the data has moved to the other store in between.
func TestTheContractHoldsAcrossAMove(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Stores { return moving(t, embedded(t, 1)) })
}

func moving(t *testing.T, p *place) storetest.Stores {
	r := p.records
	return storetest.Stores{
		Conversations: encrypted.New(r, p.Vault), Tenants: r, Channels: r, Flows: r, Epochs: r, Settings: r,
		Reopen: func(t *testing.T) storetest.Stores {
			next := embedded
			if p.Ownership == nil {
				next = production
			}
			to := next(t, 1)
			o := options(p, to)
			o.AllowMigrated = true // these processes are gone
			_, err := migrate.Run(t.Context(), o)
			require.NoError(t, err)
			return moving(t, to)
		},
	}
}

// Who owns a shop after the move is newer than everybody before it.
func TestOwnersAreNewer(t *testing.T) {
	t.Parallel()
	ahead := time.Now().Add(time.Hour).UnixMilli() // of a machine whose clock was wrong
	from, to, back := embedded(t, 1), production(t, 1), embedded(t, 1)
	d, err := from.devices().Open(t.Context(), kv.DeviceKey{Shop: shopID, Channel: web}, uint64(ahead))
	require.NoError(t, err)
	require.NoError(t, d.Close(t.Context()))
	move(t, from, to)
	lease, err := to.leases("n").Acquire(t.Context(), shopID)
	require.NoError(t, err)
	require.Greater(t, int64(lease.Epoch), ahead)
	_, err = to.records.Adopt(t.Context(), lease)
	require.NoError(t, err)

	to.Ownership = nil // its server has stopped
	move(t, to, back)
	next, err := back.records.NextEpoch(t.Context(), shopID, 1)
	require.NoError(t, err)
	require.Greater(t, next, lease.Epoch-2, "the lease was never used for a session")
}

// The target's keys are wrapped by the target's secret key.
func TestAnotherSecretKey(t *testing.T) {
	t.Parallel()
	from, to := embedded(t, 1), production(t, 2, 1)
	furnish(t, from)
	want := seen(t, from)
	r := move(t, from, to)
	require.Equal(t, 3, r.Rewrapped)
	to.Vault = vaultOver(t, to.keys, 2)
	require.NoError(t, to.Vault.Check(t.Context()))
	require.Equal(t, want, seen(t, to))
	d, err := to.devices().Open(t.Context(), kv.DeviceKey{Shop: shopID, Channel: web}, 99)
	require.NoError(t, err)
	require.True(t, d.Paired())
	require.NoError(t, from.Vault.Check(t.Context()), "the source is as it was")
}

var errKilled = errors.New("killed")

// killer ends a migration at one of its writes.
type killer struct {
	migrate.Records
	kv.Backend
	left int
}

func (k *killer) step() error {
	if k.left--; k.left < 0 {
		return errKilled
	}
	return nil
}

func (k *killer) Clear(ctx context.Context, kind migrate.Kind) error {
	if err := k.step(); err != nil {
		return err
	}
	return k.Records.Clear(ctx, kind)
}

func (k *killer) Import(ctx context.Context, kind migrate.Kind, rows []migrate.Row) error {
	if err := k.step(); err != nil {
		return err
	}
	return k.Records.Import(ctx, kind, rows)
}

func (k *killer) Apply(ctx context.Context, key kv.DeviceKey, a kv.Apply) error {
	if err := k.step(); err != nil {
		return err
	}
	return k.Backend.Apply(ctx, key, a)
}

// dying is a ledger that dies with its killer.
type dying struct {
	migrate.MarkerStore
	k *killer
}

func (d dying) PutMarker(ctx context.Context, m *migrate.Marker) error {
	if err := d.k.step(); err != nil {
		return err
	}
	return d.MarkerStore.PutMarker(ctx, m)
}

// killable returns both sides with every write of a migration counted.
func killable(from, to *place, left int) (migrate.Options, *killer) {
	k := &killer{Records: to.Records, Backend: to.Sessions, left: left}
	o := options(from, to)
	o.To.Records, o.To.Sessions = k, k
	o.From.Markers, o.To.Markers = nil, nil
	for _, l := range from.Markers {
		o.From.Markers = append(o.From.Markers, dying{l, k})
	}
	for _, l := range to.Markers {
		o.To.Markers = append(o.To.Markers, dying{l, k})
	}
	return o, k
}

// A migration that is killed before one of its writes is gone on with, and until
// it is finished a server starts on neither side.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	from := embedded(t, 1)
	furnish(t, from)
	want := seen(t, from)
	o, k := killable(from, production(t, 1), 1<<30)
	_, err := migrate.Run(t.Context(), o)
	require.NoError(t, err)
	release(t, from)
	writes := 1<<30 - k.left
	require.Greater(t, writes, 50)
	for left := range writes {
		if left < 4 || left%7 == 0 || left >= writes-6 { // beginning and end differ write by write
			killedAt(t, from, left, want)
			release(t, from)
		}
	}
}

// release takes the source back into service.
func release(t *testing.T, from *place) {
	t.Helper()
	taken, err := migrate.TakeBack(t.Context(), from.Markers...)
	require.NoError(t, err)
	require.True(t, taken)
}

func killedAt(t *testing.T, from *place, left int, want []any) {
	t.Helper()
	at, to := fmt.Sprint("killed at ", left), production(t, 1)
	o, k := killable(from, to, left)
	_, err := migrate.Run(t.Context(), o)
	require.ErrorIs(t, err, errKilled, at)
	sourceServes := migrate.Guard(t.Context(), from.Markers...)
	targetServes := migrate.Guard(t.Context(), to.Markers...)
	if left > 0 {
		require.ErrorIs(t, sourceServes, migrate.ErrMigrated, at)
	}
	if left > 1 {
		require.ErrorIs(t, targetServes, migrate.ErrUnfinished, at)
	}
	k.left = 1 << 30
	r, err := migrate.Run(t.Context(), o)
	require.NoError(t, err, at)
	require.Equal(t, left > 1, r.Resumed, at)
	require.Equal(t, want, seen(t, to), at)
	err = migrate.Guard(t.Context(), to.Markers...)
	require.NoError(t, err, at)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	type sides struct{ from, to *place }
	for name, c := range map[string]struct {
		prepare func(t *testing.T, s *sides) func(*migrate.Options)
		want    error
		say     string
	}{
		"a server on the source": {func(t *testing.T, s *sides) func(*migrate.Options) {
			s.from, s.to = production(t, 1), embedded(t, 1)
			_, err := s.from.leases("node-a").Acquire(t.Context(), shopID)
			require.NoError(t, err)
			return nil
		}, migrate.ErrRunning, "node-a"},
		"a server on the target": {func(t *testing.T, s *sides) func(*migrate.Options) {
			_, err := s.to.leases("node-b").Acquire(t.Context(), shopID)
			require.NoError(t, err)
			return nil
		}, migrate.ErrRunning, "node-b"},
		"another secret key": {func(t *testing.T, s *sides) func(*migrate.Options) {
			_, err := s.from.Vault.Keys(t.Context(), shopID, vault.Records)
			require.NoError(t, err)
			s.from.Vault = vaultOver(t, s.from.keys, 3)
			return nil
		}, vault.ErrUnknownMaster, "RECADO_SECRET_KEY"},
		"records in the target": {func(t *testing.T, s *sides) func(*migrate.Options) {
			require.NoError(t, s.to.records.CreateShop(t.Context(), tenant.Shop{ID: "a", Name: "A", CreatedAt: noon}))
			return nil
		}, migrate.ErrNotEmpty, "shops"},
		"a session in the target": {func(t *testing.T, s *sides) func(*migrate.Options) {
			_, err := s.to.Sessions.Claim(t.Context(), kv.DeviceKey{Shop: "a", Channel: web}, 1)
			require.NoError(t, err)
			return nil
		}, migrate.ErrNotEmpty, "sessions"},
		"a source that was migrated": {func(t *testing.T, s *sides) func(*migrate.Options) {
			move(t, s.from, production(t, 1))
			return nil
		}, migrate.ErrMigrated, "MongoDB and Redis"},
		"a source that was migrated, allowed": {func(t *testing.T, s *sides) func(*migrate.Options) {
			move(t, s.from, production(t, 1))
			return func(o *migrate.Options) { o.AllowMigrated = true }
		}, nil, ""},
		"a target that was migrated": {func(t *testing.T, s *sides) func(*migrate.Options) {
			other := production(t, 1)
			move(t, s.from, other)
			s.from, s.to = other, s.from
			return nil
		}, migrate.ErrNotEmpty, "was migrated to MongoDB and Redis"},
		"a target in which another one is unfinished": {func(t *testing.T, s *sides) func(*migrate.Options) {
			half(t, embedded(t, 1), s.to)
			return nil
		}, migrate.ErrForeign, "begun"},
		"the same, thrown away": {func(t *testing.T, s *sides) func(*migrate.Options) {
			half(t, embedded(t, 1), s.to)
			return func(o *migrate.Options) { o.StartOver = true }
		}, nil, ""},
		"a source in which another one is unfinished": {func(t *testing.T, s *sides) func(*migrate.Options) {
			half(t, embedded(t, 1), s.to)
			s.from, s.to = s.to, embedded(t, 1)
			return nil
		}, migrate.ErrUnfinished, "begun"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &sides{from: embedded(t, 1), to: production(t, 1)}
			change := c.prepare(t, s)
			o := options(s.from, s.to)
			if change != nil {
				change(&o)
			}
			marks := slices.Concat(o.From.Markers, o.To.Markers)
			before := texts(t, marks)
			_, err := migrate.Run(t.Context(), o)
			require.ErrorIs(t, err, c.want)
			if c.want == nil {
				return
			}
			require.ErrorContains(t, err, c.say)
			require.Equal(t, before, texts(t, marks), "a refusal changes nothing")
		})
	}
}

// half leaves an unfinished migration in to.
func half(t *testing.T, from, to *place) {
	t.Helper()
	require.NoError(t, from.records.CreateShop(t.Context(), tenant.Shop{ID: "other", Name: "Other", CreatedAt: noon}))
	o, _ := killable(from, to, 40)
	_, err := migrate.Run(t.Context(), o)
	require.ErrorIs(t, err, errKilled)
}

func texts(t *testing.T, ledgers []migrate.MarkerStore) (all []migrate.Marker) {
	t.Helper()
	for _, l := range ledgers {
		m, err := l.Marker(t.Context())
		require.NoError(t, err)
		if m == nil {
			m = &migrate.Marker{}
		}
		all = append(all, *m)
	}
	return all
}

// lossy forgets a row.
type lossy struct{ migrate.Records }

func (l lossy) Import(ctx context.Context, k migrate.Kind, rows []migrate.Row) error {
	if k == migrate.Contacts {
		rows = rows[1:]
	}
	return l.Records.Import(ctx, k, rows)
}

// altering changes a value.
type altering struct{ kv.Backend }

func (a altering) Apply(ctx context.Context, key kv.DeviceKey, apply kv.Apply) error {
	if len(apply.Writes) > 0 {
		apply.Writes[0].Data = append([]byte{1}, apply.Writes[0].Data...)
	}
	return a.Backend.Apply(ctx, key, apply)
}

func TestWhatGetsLostIsNoticed(t *testing.T) {
	t.Parallel()
	from := embedded(t, 1)
	furnish(t, from)
	for name, change := range map[string]func(*migrate.Endpoint){
		"a row":   func(s *migrate.Endpoint) { s.Records = lossy{s.Records} },
		"a value": func(s *migrate.Endpoint) { s.Sessions = altering{s.Sessions} },
	} {
		to := production(t, 1)
		o := options(from, to)
		change(&o.To)
		_, err := migrate.Run(t.Context(), o)
		require.ErrorIs(t, err, migrate.ErrDiffers, name)
		err = migrate.Guard(t.Context(), to.Markers...)
		require.ErrorIs(t, err, migrate.ErrUnfinished, name)
		_, err = migrate.TakeBack(t.Context(), from.Markers...)
		require.NoError(t, err)
	}
}

// Redis may have lost the last writes of a server that was killed with it. Such a
// session is taken ahead, one that was closed in order is copied as it is.
func TestDoubtfulSessionsAreTakenAhead(t *testing.T) {
	t.Parallel()
	for _, closed := range []bool{true, false} {
		t.Run(fmt.Sprint("closed ", closed), func(t *testing.T) {
			t.Parallel()
			ctx, from, to := t.Context(), production(t, 1), embedded(t, 1)
			key := kv.DeviceKey{Shop: shopID, Channel: web}
			d, err := signalstore.New(from.Sessions, signalstore.Options{Sealers: from.Vault.Device, MayLose: time.Second}).Open(ctx, key, 1)
			require.NoError(t, err)
			signalstoretest.Pair(ctx, t, d)
			c := signalstoretest.NewContact(ctx, t, d.Whatsmeow(), 1)
			e, err := c.Write(ctx, d.Whatsmeow())
			require.NoError(t, err)
			require.NoError(t, c.Receive(ctx, d.Whatsmeow(), e, func([]byte) error { return nil }))
			if closed {
				require.NoError(t, d.Close(ctx))
			}
			move(t, from, to)
			var data [2][]byte
			for i, b := range []kv.Backend{from.Sessions, to.Sessions} {
				rows, err := b.Scan(ctx, key, []kv.Range{{Kind: kv.KindSession}})
				require.NoError(t, err)
				require.Len(t, rows, 1)
				data[i] = rows[0].Data
			}
			require.Equal(t, closed, bytes.Equal(data[0], data[1]))
			there, err := to.devices().Open(ctx, key, 2)
			require.NoError(t, err)
			answer, err := c.Reply(ctx, there, "hola")
			require.NoError(t, err)
			text, err := c.Read(ctx, there.Whatsmeow(), answer)
			require.NoError(t, err)
			require.Equal(t, "hola", string(text))
		})
	}
}

// A session that is damaged in the source is copied as it is, and told.
func TestDamagedSessionsAreTold(t *testing.T) {
	t.Parallel()
	from, to := embedded(t, 1), production(t, 1)
	furnish(t, from)
	key := kv.DeviceKey{Shop: shopID, Channel: web}
	list, err := from.Sessions.Devices(t.Context(), key)
	require.NoError(t, err)
	require.NoError(t, from.Sessions.Apply(t.Context(), key, kv.Apply{
		Epoch: list[0].Epoch, Rev: list[0].Rev, Next: list[0].Rev + 1,
		Writes: []kv.Write{{Ref: kv.Ref{Kind: kv.KindCreds, Field: "device"}, Data: []byte("nonsense")}},
	}))
	require.Equal(t, []kv.DeviceKey{key}, move(t, from, to).Damaged)
}
