package wasim_test

import (
	"testing"

	"go.uber.org/goleak"
)

// whatsmeow forgets the goroutine that hands over a frame at the moment when its
// socket is stopped.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("go.mau.fi/whatsmeow/socket.(*FrameSocket).frameComplete"))
}
