package migrate_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/conversation/encrypted"
	"recado/internal/conversation/encrypted/encryptedtest"
	"recado/internal/flow/library"
	"recado/internal/message"
	"recado/internal/migrate"
	"recado/internal/redis"
	"recado/internal/settings"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
	"recado/internal/store/mongo"
	"recado/internal/store/mongo/mongotest"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
	"recado/internal/vault"
	"recado/internal/vault/vaulttest"
)

var (
	mongoServer *mongotest.Server
	redisSocket string
	redisNext   atomic.Int64 // database for the next client
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if mongoServer, err = mongotest.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	redisSocket = filepath.Join(dir, "s")
	cmd := exec.Command("redis-server", "--port", "0", "--unixsocket", redisSocket, "--dir", dir, "--databases", "256", "--appendonly", "yes")
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "these tests need redis-server (Debian: apt-get install redis-server):", err)
		return 1
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
		_ = mongoServer.Stop()
	}()
	for deadline := time.Now().Add(20 * time.Second); ; {
		out, err := exec.Command("redis-cli", "-s", redisSocket, "ping").Output()
		if err == nil && strings.TrimSpace(string(out)) == "PONG" {
			return m.Run()
		}
		if time.Now().After(deadline) {
			fmt.Fprintln(os.Stderr, "redis-server does not answer")
			return 1
		}
		<-time.After(20 * time.Millisecond)
	}
}

// records is what a record store keeps.
type records interface {
	tenant.Store
	channel.Store
	library.Store
	settings.Store
	conversation.Store
	cluster.Epochs
}

// place is one installation, and what a server would use of it.
type place struct {
	migrate.Endpoint
	records records
	keys    vault.KeyStore
	path    string // of the embedded database
	leases  func(node string) cluster.Leases
}

// master numbers of secret keys.
func vaultOver(t *testing.T, keys vault.KeyStore, masters ...byte) *vault.Vault {
	o := vault.Options{Store: keys, Current: vaulttest.Master(t, masters[0])}
	for _, m := range masters[1:] {
		o.Previous = append(o.Previous, vaulttest.Master(t, m))
	}
	return vault.New(o)
}

func embedded(t *testing.T, masters ...byte) *place {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recado.db")
	db, err := sqlite.Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	r, err := sqlite.NewRecords(t.Context(), db)
	require.NoError(t, err)
	signal, err := sqlite.NewSignal(t.Context(), db)
	require.NoError(t, err)
	tr, keys := sqlite.NewTransfer(db), sqlite.NewVault(db)
	return &place{
		Endpoint: migrate.Endpoint{Name: "SQLite", Records: tr, Sessions: signal, Markers: []migrate.MarkerStore{tr}, Vault: vaultOver(t, keys, masters...)},
		records:  r, keys: keys, path: path,
	}
}

func production(t *testing.T, masters ...byte) *place {
	t.Helper()
	s, err := mongo.Open(t.Context(), mongoServer.Database(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	c, err := redis.Open(t.Context(), redis.Options{URL: fmt.Sprintf("unix://%s?db=%d", redisSocket, redisNext.Add(1))})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	keys, err := mongo.NewVault(t.Context(), s)
	require.NoError(t, err)
	records, nodes := mongo.NewTransfer(s), c.Transfer(0)
	return &place{
		Endpoint: migrate.Endpoint{
			Name: "MongoDB and Redis", Records: records, Sessions: c.Signal(), MayLose: time.Second, Ownership: nodes, Markers: []migrate.MarkerStore{records, nodes},
			Vault: vaultOver(t, keys, masters...),
		},
		records: s, keys: keys,
		leases: func(node string) cluster.Leases { return c.Leases(redis.LeaseOptions{Node: node, Process: node}) },
	}
}

// store is the records as servers use them.
func (p *place) store() conversation.Store { return encrypted.New(p.records, p.Vault) }

// devices are the sessions as servers use them.
func (p *place) devices() *signalstore.Store {
	return signalstore.New(p.Sessions, signalstore.Options{Sealers: p.Vault.Device})
}

func move(t *testing.T, from, to *place) migrate.Report {
	t.Helper()
	r, err := migrate.Run(t.Context(), options(from, to))
	require.NoError(t, err)
	return r
}

func options(from, to *place) migrate.Options {
	return migrate.Options{From: from.Endpoint, To: to.Endpoint, Now: time.Now}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	shopID = tenant.ShopID("taqueria") // as in sealedtest
	web    = message.WhatsAppBaileys
)

// furnish fills a place with everything that an installation can hold.
func furnish(t *testing.T, p *place) {
	t.Helper()
	furnishPeople(t, p)
	furnishSetUp(t, p)
	encryptedtest.Converse(t, p.store())
	furnishTalk(t, p)
	encryptedtest.Link(t, p.devices())
	furnishDevices(t, p)
}

func furnishPeople(t *testing.T, p *place) {
	t.Helper()
	ctx, r := t.Context(), p.records
	for _, id := range []tenant.ShopID{shopID, "empty"} {
		require.NoError(t, r.CreateShop(ctx, tenant.Shop{ID: id, Name: "Tienda " + string(id), CreatedAt: noon}))
	}
	require.NoError(t, r.CreateFirstAdmin(ctx, tenant.User{ID: "u0", Email: "admin@example.com", Name: "Admin", Admin: true, PasswordHash: "hash 0", CreatedAt: noon}))
	owner := tenant.User{ID: "u1", Email: "lupita@example.com", Name: "Lupita", PasswordHash: "hash 1", CreatedAt: noon}
	require.NoError(t, r.CreateUser(ctx, owner, tenant.Membership{Shop: shopID, Role: tenant.Owner}, tenant.Membership{Shop: "empty", Role: tenant.Agent}))
	now := time.Now()
	for i, ends := range []time.Time{now.Add(24 * time.Hour), now.Add(time.Minute), now.Add(-time.Minute)} {
		l := tenant.Login{ID: tenant.LoginID(fmt.Sprint("login", i)), User: "u1", Hash: []byte{byte(i), 1}, CreatedAt: noon, UsedAt: noon, ExpiresAt: ends}
		require.NoError(t, r.CreateLogin(ctx, l))
	}
	require.NoError(t, r.CreateAPIKey(ctx, tenant.APIKey{
		ID: "k1", Shop: shopID, Name: "caja", Role: tenant.Agent, Prefix: "rk_abc", Hash: []byte("hash of the key"), CreatedBy: "u1", CreatedAt: noon,
	}))
}

func furnishSetUp(t *testing.T, p *place) {
	t.Helper()
	ctx, r := t.Context(), p.records
	for i, kind := range []channel.Type{message.WhatsAppBaileys, message.WhatsAppWeb} {
		require.NoError(t, r.PutChannel(ctx, channel.Channel{
			Shop: shopID, Type: kind, Enabled: i == 0, Status: []channel.Status{channel.Active, channel.Inactive}[i],
			Number: []string{"5491155550000", ""}[i], Name: "Taquería", LastConnection: noon, CreatedAt: noon, UpdatedAt: noon.Add(time.Duration(i) * time.Hour),
		}))
	}
	for i := range 2 {
		_, err := r.PublishFlow(ctx, library.Version{Shop: shopID, Flow: "tacos", Doc: fmt.Appendf(nil, `{"id":"tacos","n":%d}`, i), Hash: fmt.Sprint(i), PublishedAt: noon, PublishedBy: "u1"}, nil)
		require.NoError(t, err)
	}
	_, err := r.PublishFurther(ctx, library.Version{Shop: shopID, Flow: "fiesta", Doc: []byte(`{"id":"fiesta"}`), Hash: "f", PublishedAt: noon, PublishedBy: "u1"}, nil)
	require.NoError(t, err)
	require.NoError(t, r.PutSection(ctx, shopID, "hours", []byte(`{"open":"9:00"}`)))
	_, err = r.NextEpoch(ctx, "empty", 77)
	require.NoError(t, err)
}

// furnishTalk adds messages in every state, a timer that waits and one that fired,
// notes old and new, a contact that was merged.
func furnishTalk(t *testing.T, p *place) {
	t.Helper()
	ctx, s := t.Context(), p.store()
	lease := cluster.Lease{Shop: shopID, Node: "n", Epoch: 1}
	peer := message.Peer{LID: "500", Phone: "5491100000005"}
	say := func(peer message.Peer, id, text string, mine bool) conversation.ID {
		a, err := s.Append(ctx, message.In{
			Shop: shopID, Channel: web, ID: id, Chat: peer, Sender: peer, Name: "Eva", FromMe: mine, At: noon, Content: message.Content{Kind: message.Text, Text: text},
		})
		require.NoError(t, err)
		return a.Conversation.ID
	}
	say(message.Peer{LID: "500"}, "E1", "hola", false)
	say(message.Peer{Phone: "5491100000005"}, "E2", "soy yo", false)
	id := say(peer, "E3", "los dos son yo", false) // one contact from here on
	say(peer, "P1", "escribe la dueña", true)
	step := func(change func(*conversation.Commit)) {
		w, err := s.Next(ctx, shopID, id, 100)
		require.NoError(t, err)
		c := conversation.Commit{
			Shop: shopID, Conversation: id, Rev: w.Conversation.Rev, Epoch: 1, Run: []byte(`{"seq":2}`), At: noon.Add(time.Second), Trace: []byte(`{"why":"so"}`),
		}
		for _, i := range w.Items {
			c.Done = append(c.Done, i.N)
		}
		change(&c)
		_, err = s.Commit(ctx, c)
		require.NoError(t, err)
		require.NoError(t, s.Relay(ctx, shopID, id))
	}
	step(func(c *conversation.Commit) {
		for i := range 6 {
			c.Sends = append(c.Sends, conversation.Send{
				MessageID: fmt.Sprint("O", i), To: peer, By: "flow", NotBefore: noon.Add(time.Hour), Content: message.Content{Kind: message.Text, Text: fmt.Sprint("respuesta ", i)},
			})
		}
		c.Timers = []conversation.TimerChange{{Timer: conversation.Timer{Token: "t1", Due: noon.Add(time.Minute)}}, {Timer: conversation.Timer{Token: "t2", Due: noon.Add(time.Hour)}}}
		c.Calls = []conversation.Call{{Key: "C1", Request: []byte(`{"url":"x"}`)}, {Key: "C2", Request: []byte(`{"url":"y"}`)}}
	})
	_, err := s.Push(ctx, shopID, id, conversation.QueuedInput{Key: "C1", Input: []byte(`{"answer":1}`)})
	require.NoError(t, err)
	require.NoError(t, s.Settle(ctx, lease, []conversation.Outcome{
		{Conversation: id, MessageID: "O0", Status: message.Sent, At: noon},
		{Conversation: id, MessageID: "O1", Status: message.Sent, At: noon},
		{Conversation: id, MessageID: "O2", Status: message.Sent, At: noon},
		{Conversation: id, MessageID: "O3", Status: message.Failed, Code: "no_whatsapp", At: noon},
	}))
	for status, mid := range map[message.Status]string{message.Delivered: "O1", message.Read: "O2"} {
		_, err := s.Update(ctx, message.Update{Shop: shopID, Channel: web, IDs: []string{mid}, Status: status, At: noon})
		require.NoError(t, err)
	}
	step(func(*conversation.Commit) {})
	say(peer, "E4", "¿y mi pedido?", false)
	say(peer, "P2", "ya va", true)
	_, err = s.Fire(ctx, lease, noon.Add(2*time.Minute), 10)
	require.NoError(t, err)
	_, err = s.Push(ctx, shopID, id, conversation.QueuedInput{Key: "N1", Input: []byte(`{"note":1}`)})
	require.NoError(t, err)
}

// furnishDevices adds a linked device with contacts, one that was unlinked and one that was never linked.
func furnishDevices(t *testing.T, p *place) {
	t.Helper()
	ctx, s := t.Context(), p.devices()
	open := func(shop tenant.ShopID, kind message.ChannelType, epoch uint64) *signalstore.Device {
		d, err := s.Open(ctx, kv.DeviceKey{Shop: shop, Channel: kind}, epoch)
		require.NoError(t, err)
		return d
	}
	many := open("empty", message.WhatsAppBaileys, 12)
	signalstoretest.Pair(ctx, t, many)
	for i := range 3 {
		c := signalstoretest.NewContact(ctx, t, many.Whatsmeow(), i+1)
		e, err := c.Write(ctx, many.Whatsmeow())
		require.NoError(t, err)
		require.NoError(t, c.Receive(ctx, many.Whatsmeow(), e, func([]byte) error { return nil }))
	}
	require.NoError(t, many.Close(ctx))
	gone := open("empty", message.WhatsAppWeb, 3)
	signalstoretest.Pair(ctx, t, gone)
	require.NoError(t, gone.Close(ctx))
	require.NoError(t, s.Destroy(ctx, kv.DeviceKey{Shop: "empty", Channel: message.WhatsAppWeb}, 4))
	require.NoError(t, open(shopID, message.WhatsAppWeb, 9).Close(ctx))
}
