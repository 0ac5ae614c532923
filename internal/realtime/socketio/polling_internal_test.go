package socketio

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zishang520/socket.io/parsers/engine/v3/packet"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

// poll is one poll of a client.
func poll(t *testing.T) (*types.HttpContext, *httptest.ResponseRecorder) {
	w := httptest.NewRecorder()
	return types.NewHttpContext(w, httptest.NewRequestWithContext(t.Context(), "GET", "/socket.io/?EIO=4&transport=polling&sid=x", nil)), w
}

// TestPollAnsweredTwice has the library's timer and a message meet on one poll. From
// outside the package they would meet once in a thousand times.
func TestPollAnsweredTwice(t *testing.T) {
	t.Parallel()
	for range 500 {
		first, w1 := poll(t)
		p := newPolling(first)
		p.OnRequest(first)
		var both sync.WaitGroup
		both.Go(func() { p.Send([]*packet.Packet{{Type: packet.NOOP}}) })
		both.Go(func() { p.Send([]*packet.Packet{{Type: packet.MESSAGE, Data: strings.NewReader("hola")}}) })
		both.Wait()
		<-first.Done()
		second, w2 := poll(t)
		if !strings.Contains(w1.Body.String(), "hola") {
			p.OnRequest(second)
			<-second.Done()
		}
		require.Equal(t, 1, strings.Count(w1.Body.String()+w2.Body.String(), "4hola"))
		p.Close()
	}
}

func TestWaitingPollIsAnsweredAtTheEnd(t *testing.T) {
	t.Parallel()
	ctx, w := poll(t)
	p := newPolling(ctx)
	p.OnRequest(ctx)
	p.Discard()
	p.Close()
	<-ctx.Done()
	require.Equal(t, "1", w.Body.String())
}

// TestPollAfterTheEndIsAnswered: a poll that arrives while the connection is being
// closed must not wait for the client's heartbeat to fail.
func TestPollAfterTheEndIsAnswered(t *testing.T) {
	t.Parallel()
	first, _ := poll(t)
	p := newPolling(first)
	p.Discard()
	p.Close()
	ctx, w := poll(t)
	p.OnRequest(ctx)
	<-ctx.Done()
	require.Equal(t, "1", w.Body.String())
}
