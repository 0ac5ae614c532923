package sandbox_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/flow/sandbox"
	"recado/internal/tenant"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	now := noon
	r := &sandbox.Sessions{Now: func() time.Time { return now }}
	open := func(shop tenant.ShopID) string {
		id, err := r.Add(shop, sandbox.New(options(t, order)))
		require.NoError(t, err)
		return id
	}
	use := func(shop tenant.ShopID, id string) error {
		return r.Use(shop, id, func(s *sandbox.Session) error { s.Say(text("hola")); return nil })
	}
	id := open("a")
	require.NoError(t, use("a", id))
	require.ErrorIs(t, use("b", id), sandbox.ErrNoSession, "shops are apart")
	require.ErrorIs(t, r.Remove("b", id), sandbox.ErrNoSession)
	now = now.Add(59 * time.Minute)
	require.NoError(t, use("a", id))
	now = now.Add(61 * time.Minute)
	require.ErrorIs(t, use("a", id), sandbox.ErrNoSession, "it was idle for too long")

	first := open("a")
	for range 20 {
		now = now.Add(time.Second)
		open("a")
	}
	require.ErrorIs(t, use("a", first), sandbox.ErrNoSession, "the least recently used one is dropped")
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		_, err = r.Add(tenant.ShopID(fmt.Sprint("s", i)), nil)
	}
	require.ErrorIs(t, err, sandbox.ErrTooManySessions)
	now = now.Add(2 * time.Hour)
	id = open("a")
	require.NoError(t, r.Remove("a", id))
	require.ErrorIs(t, r.Remove("a", id), sandbox.ErrNoSession)
}
