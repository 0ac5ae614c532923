package bus_test

import (
	"testing"

	"recado/internal/bus"
	"recado/internal/bus/bustest"

	"github.com/stretchr/testify/require"
)

func TestLocal(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(_ *testing.T, n int) []bus.Bus {
		l, list := &bus.Local{}, make([]bus.Bus, n)
		for i := range list {
			list[i] = l
		}
		return list
	})
}

func TestReset(t *testing.T) {
	t.Parallel()
	l := &bus.Local{}
	feed, err := l.Subscribe(t.Context(), 1)
	require.NoError(t, err)
	l.Reset()
	_, open := <-feed
	require.False(t, open)
}
