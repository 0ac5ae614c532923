package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant/auth"
)

func TestMemoryLimits(t *testing.T) {
	t.Parallel()
	c := &clock{now: noon}
	m := auth.NewMemory(c.Now)
	r := auth.Rule{Burst: 2, Every: time.Minute}
	take := func(key string) time.Duration {
		wait, err := m.Take(t.Context(), key, r)
		require.NoError(t, err)
		return wait
	}
	require.Zero(t, take("a"))
	require.Zero(t, take("a"))
	require.Equal(t, time.Minute, take("a"))
	require.Zero(t, take("b"))
	c.Advance(59 * time.Second)
	require.Equal(t, time.Second, take("a"))
	c.Advance(time.Second)
	require.Zero(t, take("a"))
	require.NoError(t, m.GiveBack(t.Context(), "a", r))
	require.Zero(t, take("a"))
	require.NotZero(t, take("a"))
	require.NoError(t, m.Forget(t.Context(), "a"))
	require.Zero(t, take("a"))

	for i := range 250_000 { // more strangers than there is room for
		take(fmt.Sprint("stranger", i))
	}
	require.Zero(t, take("new"))
}
