package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/tenant/auth"
	"recado/internal/tenant/auth/limitstest"
)

func TestMemoryLimits(t *testing.T) {
	t.Parallel()
	limitstest.Run(t, func(_ *testing.T, now func() time.Time) auth.Limits { return auth.NewMemory(now) })
}

func TestMoreStrangersThanThereIsRoomFor(t *testing.T) {
	t.Parallel()
	c := &clock{now: noon}
	m := auth.NewMemory(c.Now)
	take := func(key string) time.Duration {
		wait, err := m.Take(t.Context(), key, auth.Rule{Burst: 2, Every: time.Minute})
		require.NoError(t, err)
		return wait
	}
	for i := range 250_000 {
		take(fmt.Sprint("stranger", i))
	}
	require.Zero(t, take("new"))
}
