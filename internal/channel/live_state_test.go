package channel_test

import (
	"testing"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
)

func TestLocalLiveStates(t *testing.T) {
	t.Parallel()
	channeltest.RunLiveStates(t, func(_ *testing.T, n int) []channel.LiveStates {
		b, list := &channel.LocalLiveStates{}, make([]channel.LiveStates, n)
		for i := range list {
			list[i] = b
		}
		return list
	})
}
