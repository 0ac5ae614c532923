package channel_test

import (
	"testing"

	"recado/internal/channel"
	"recado/internal/channel/boardtest"
)

func TestLocalBoard(t *testing.T) {
	t.Parallel()
	boardtest.Run(t, func(_ *testing.T, n int) []channel.Board {
		b, list := &channel.LocalBoard{}, make([]channel.Board, n)
		for i := range list {
			list[i] = b
		}
		return list
	})
}
