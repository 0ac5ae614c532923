package library_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"recado/internal/flow"
	"recado/internal/flow/library"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	shop  = tenant.ShopID("tacos")
	other = tenant.ShopID("pizza")
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// doc is a flow that says text.
func doc(id, text string) []byte {
	return fmt.Appendf(nil, `{"format":"recado-flow/1","id":%q,"name":"F","locale":"en","start":"say",
		"triggers":[{"on":"any_message"}],"nodes":{"say":{"type":"message","say":%q}}}`, id, text)
}

// counting counts reads and fails them on demand.
type counting struct {
	library.Store
	reads atomic.Int32
	down  atomic.Bool
}

func (c *counting) CurrentFlow(ctx context.Context, id tenant.ShopID) (library.Version, error) {
	c.reads.Add(1)
	if c.down.Load() {
		return library.Version{}, errors.New("store is down")
	}
	return c.Store.CurrentFlow(ctx, id)
}

func (c *counting) FlowVersion(ctx context.Context, id tenant.ShopID, f flow.ID, n int) (library.Version, error) {
	c.reads.Add(1)
	if c.down.Load() {
		return library.Version{}, errors.New("store is down")
	}
	return c.Store.FlowVersion(ctx, id, f, n)
}

func open(t *testing.T, o library.Options) (*library.Service, *counting) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "recado.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	records, err := sqlite.NewRecords(t.Context(), db)
	require.NoError(t, err)
	store := &counting{Store: records}
	o.Store = store
	o.Now = func() time.Time { return noon }
	o.Registry = func(context.Context, tenant.ShopID) flow.Registry { return flow.Registry{} }
	return library.New(o), store
}

func publish(t *testing.T, s *library.Service, id tenant.ShopID, doc []byte) library.Version {
	t.Helper()
	v, _, err := s.Publish(t.Context(), id, library.Draft{Doc: doc, Main: true, By: "usr_1"})
	require.NoError(t, err)
	require.NotZero(t, v.Number)
	return v
}

func current(t *testing.T, s *library.Service, id tenant.ShopID) *flow.Def {
	t.Helper()
	d, err := s.Defs(t.Context(), id)
	require.NoError(t, err)
	if len(d.Flows()) == 0 {
		return nil
	}
	return d.Flows()[0]
}

func TestPublish(t *testing.T) {
	t.Parallel()
	s, _ := open(t, library.Options{})
	_, err := s.Published(t.Context(), shop, library.Main)
	require.ErrorIs(t, err, library.ErrNoFlow)
	require.Nil(t, current(t, s, shop))

	first := publish(t, s, shop, doc("greet", "hi"))
	require.Equal(t, 1, first.Number)
	require.Equal(t, noon, first.PublishedAt)
	require.Equal(t, "usr_1", first.PublishedBy)
	require.Equal(t, 1, current(t, s, shop).Version, "seen at once")
	require.Equal(t, first, publish(t, s, shop, doc("greet", "hi")), "the same again is the same version")
	second := publish(t, s, shop, doc("greet", "hello"))
	require.Equal(t, 2, second.Number)
	require.Equal(t, 2, current(t, s, shop).Version)

	base := 1
	_, _, err = s.Publish(t.Context(), shop, library.Draft{Doc: doc("greet", "mine"), Main: true, IfVersion: &base, By: "usr_2"})
	require.ErrorIs(t, err, library.ErrVersionConflict)
	_, _, err = s.Publish(t.Context(), shop, library.Draft{Doc: doc("greet", "hello"), Main: true, IfVersion: &base, By: "usr_2"})
	require.ErrorIs(t, err, library.ErrVersionConflict, "even when it changes nothing")
	base = 2
	v, _, err := s.Publish(t.Context(), shop, library.Draft{Doc: doc("greet", "mine"), Main: true, IfVersion: &base, By: "usr_2"})
	require.NoError(t, err)
	require.Equal(t, 3, v.Number)
	old, err := s.Version(t.Context(), shop, "greet", 1)
	require.NoError(t, err)
	require.Equal(t, first, old)
	require.Nil(t, current(t, s, other))
}

func TestWhatIsWrongIsNotPublished(t *testing.T) {
	t.Parallel()
	s, _ := open(t, library.Options{})
	publish(t, s, shop, doc("greet", "hi"))
	for name, bad := range map[string]string{
		"not JSON":     `{`,
		"dangling":     strings.Replace(string(doc("greet", "hi")), `"start":"say"`, `"start":"nowhere"`, 1),
		"unknown type": strings.Replace(string(doc("greet", "hi")), `"type":"message"`, `"type":"magic"`, 1),
	} {
		_, _, err := s.Publish(t.Context(), shop, library.Draft{Doc: []byte(bad), Main: true, By: "usr_1"})
		invalid, ok := errors.AsType[*library.InvalidError](err)
		require.True(t, ok, name)
		require.NotEmpty(t, invalid.Issues, name)
	}
	v, err := s.Published(t.Context(), shop, library.Main)
	require.NoError(t, err)
	require.Equal(t, 1, v.Number)
}

func TestDefsAreCompiledOnce(t *testing.T) {
	t.Parallel()
	s, store := open(t, library.Options{})
	publish(t, s, shop, doc("greet", "v1"))
	publish(t, s, shop, doc("greet", "v2"))
	store.reads.Store(0)
	var last *flow.Def
	for range 3 {
		d, err := s.Defs(t.Context(), shop)
		require.NoError(t, err)
		now, ok := d.Published("greet")
		require.True(t, ok)
		old, ok := d.Version("greet", 1)
		require.True(t, ok)
		require.Equal(t, 1, old.Version)
		_, ok = d.Version("greet", 2)
		require.True(t, ok)
		require.True(t, last == nil || last == old)
		last = old
		require.Equal(t, 2, now.Version)
		require.NoError(t, d.Err())
	}
	require.EqualValues(t, 2, store.reads.Load(), "the current one, and the one that a conversation is pinned to")
	d, err := s.Defs(t.Context(), shop)
	require.NoError(t, err)
	_, ok := d.Version("greet", 9)
	require.False(t, ok)
	_, ok = d.Published("other")
	require.False(t, ok)
	require.NoError(t, d.Err(), "what does not exist is no failure")
	s.Forget(shop)
	require.Equal(t, 2, current(t, s, shop).Version)
}

func TestShopsWithoutFlowAreRememberedToo(t *testing.T) {
	t.Parallel()
	s, store := open(t, library.Options{MaxShops: 2})
	for range 5 {
		require.Nil(t, current(t, s, shop))
	}
	require.EqualValues(t, 1, store.reads.Load())
	for i := range 10 {
		require.Nil(t, current(t, s, tenant.ShopID(fmt.Sprint("s", i))))
	}
	require.EqualValues(t, 11, store.reads.Load(), "the cache is bounded, and still right")
}

func TestStoreFailuresAreTold(t *testing.T) {
	t.Parallel()
	s, store := open(t, library.Options{})
	publish(t, s, shop, doc("greet", "v1"))
	publish(t, s, shop, doc("greet", "v2"))
	d, err := s.Defs(t.Context(), shop)
	require.NoError(t, err)
	store.down.Store(true)
	_, ok := d.Version("greet", 1)
	require.False(t, ok)
	require.Error(t, d.Err(), "missing and unreadable are two things")
	_, err = s.Defs(t.Context(), other)
	require.Error(t, err)
	_, _, err = s.Publish(t.Context(), shop, library.Draft{Doc: doc("greet", "v3"), Main: true, By: "usr_1"})
	require.Error(t, err)
	store.down.Store(false)
	_, err = s.Defs(t.Context(), other)
	require.NoError(t, err, "a failure is not remembered")
}

func TestPublishingWhileOthersRead(t *testing.T) {
	t.Parallel()
	s, _ := open(t, library.Options{})
	var all sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if _, err := s.Defs(context.WithoutCancel(t.Context()), shop); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for i := range 20 {
		v := publish(t, s, shop, doc("greet", fmt.Sprint("v", i)))
		require.Equal(t, v.Number, current(t, s, shop).Version, "who publishes sees it")
	}
	close(stop)
	all.Wait()
	require.Equal(t, 20, current(t, s, shop).Version)
}

// TestOlderFormats: what was published in a format of before goes on, and a file
// in it can be published.
func TestOlderFormats(t *testing.T) {
	t.Parallel()
	s, store := open(t, library.Options{Upgrade: func(doc []byte) ([]byte, error) {
		return bytes.Replace(doc, []byte("recado-flow/0"), []byte("recado-flow/1"), 1), nil
	}})
	old := bytes.Replace(doc("greet", "hi"), []byte("recado-flow/1"), []byte("recado-flow/0"), 1)
	_, err := store.PublishFlow(t.Context(), library.Version{Shop: shop, Flow: "greet", Doc: old, Hash: "x", PublishedAt: noon}, nil)
	require.NoError(t, err)
	require.Equal(t, 1, current(t, s, shop).Version)
	v := publish(t, s, shop, bytes.Replace(old, []byte(`"hi"`), []byte(`"hello"`), 1))
	require.Equal(t, 2, v.Number)
	require.Contains(t, string(v.Doc), "recado-flow/1")
	defs, err := s.Defs(t.Context(), shop)
	require.NoError(t, err)
	def, ok := defs.Version("greet", 1)
	require.True(t, ok)
	require.Equal(t, 1, def.Version)
}
