package socketio

import (
	"io"
	"net/http"
	"sync"

	"github.com/zishang520/socket.io/parsers/engine/v3/packet"
	"github.com/zishang520/socket.io/servers/engine/v3"
	"github.com/zishang520/socket.io/servers/engine/v3/transports"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

// polling is the library's polling transport with its answers to polls replaced. A
// poll can be answered once, and the library loses track of the waiting one:
//
//   - While a client switches to WebSocket, a timer answers its poll with a no-op,
//     unsynchronised with other packets. The second of the two finds no poll: its
//     packets, perhaps the very first ones, are lost, and the connection with them.
//   - An answered poll is dropped after the client has the answer; a quick next
//     poll is dropped in its place.
//   - The closing packet is refused by a queue that was closed before, and a client
//     whose poll waits, or arrives just then, notices the end when its heartbeat
//     fails 45 s later.
//
// Here a lock guards the waiting poll, and packets that find none wait for the next
// poll or move to the new transport. Clients' posts are left to the library.
type polling struct {
	transports.Polling

	mu      sync.Mutex
	poll    *types.HttpContext // waiting for an answer, or nil
	pending []*packet.Packet   // found no poll
	last    *packet.Packet     // answers every poll after the end; nil before
}

func newPolling(ctx *types.HttpContext) *polling {
	p := &polling{Polling: transports.MakePolling()}
	p.Prototype(p)
	p.Construct(ctx)
	return p
}

// OnRequest implements transports.Transport.
func (p *polling) OnRequest(ctx *types.HttpContext) {
	if ctx.Method() != http.MethodGet {
		p.Polling.OnRequest(ctx)
		return
	}
	if !p.setPoll(ctx) {
		p.OnError("overlap from client", nil)
		_ = ctx.SetStatusCode(http.StatusBadRequest) // fails if it was answered already
		_, _ = ctx.Write(nil)
		return
	}
	_ = ctx.Once("close", func(...any) { // also after an answer; Once fails only for an empty name
		if p.clearPoll(ctx) {
			p.OnError("poll connection closed prematurely", nil)
		}
	})
	if packets := p.takeWaiting(); len(packets) > 0 {
		p.Send(packets)
		return
	}
	p.Emit("ready")
}

// setPoll makes ctx the waiting poll; false if there is one.
func (p *polling) setPoll(ctx *types.HttpContext) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.poll != nil {
		return false
	}
	p.poll = ctx
	p.SetWritable(true)
	return true
}

// clearPoll reports whether ctx was the waiting poll, which it clears.
func (p *polling) clearPoll(ctx *types.HttpContext) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.poll != ctx {
		return false
	}
	p.poll = nil
	p.SetWritable(false)
	return true
}

// Send implements transports.Transport.
func (p *polling) Send(packets []*packet.Packet) {
	p.mu.Lock()
	ctx := p.poll
	switch {
	case ctx != nil:
		p.poll = nil
		p.SetWritable(false)
	case len(packets) == 1 && packets[0].Type == packet.NOOP:
	default:
		p.pending = append(p.pending, packets...)
	}
	p.mu.Unlock()
	if ctx != nil {
		// The sender does not wait for the client. The goroutine ends with the request.
		go p.answer(ctx, packets)
	}
}

func (p *polling) answer(ctx *types.HttpContext, packets []*packet.Packet) {
	body, err := p.Parser().EncodePayload(packets)
	if err == nil {
		ctx.ResponseHeaders().Set("Content-Type", "text/plain; charset=UTF-8")
		_, err = io.Copy(ctx, body)
	}
	if err != nil {
		p.OnError("polling write error", err)
		return
	}
	p.Emit("drain")
}

// takePending returns and clears the pending packets.
func (p *polling) takePending() []*packet.Packet {
	p.mu.Lock()
	defer p.mu.Unlock()
	packets := p.pending
	p.pending = nil
	return packets
}

// takeWaiting returns the packets that a new poll is answered with at once.
func (p *polling) takeWaiting() []*packet.Packet {
	packets := p.takePending()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(packets) == 0 && p.last != nil {
		packets = []*packet.Packet{p.last}
	}
	return packets
}

// sendLast answers the waiting poll with a last packet, or each one that follows.
func (p *polling) sendLast(last packet.Type) {
	p.mu.Lock()
	if p.last == nil {
		p.last = &packet.Packet{Type: last}
	}
	p.mu.Unlock()
	p.Send(append(p.takePending(), &packet.Packet{Type: last}))
	p.takePending()
}

// OnData implements transports.Transport: it handles a post of the client.
func (p *polling) OnData(data types.BufferInterface) {
	packets, _ := p.Parser().DecodePayload(data) // the packets before an unreadable one
	for _, one := range packets {
		if one.Type == packet.CLOSE {
			p.OnClose()
			return
		}
		p.OnPacket(one)
	}
}

// OnClose implements transports.Transport.
func (p *polling) OnClose() {
	p.sendLast(packet.NOOP)
	p.Polling.OnClose()
}

// DoClose implements transports.Transport.
func (p *polling) DoClose(fn types.Callable) {
	p.sendLast(packet.CLOSE)
	p.Discard() // otherwise the library waits for a poll of its own
	p.Polling.DoClose(fn)
}

// pollingBuilder builds polling transports.
type pollingBuilder struct{ transports.PollingBuilder }

func (*pollingBuilder) New(ctx *types.HttpContext) transports.Transport { return newPolling(ctx) }

// carryOver sends the pending packets of a polling transport over the one that
// replaces it.
func carryOver(s engine.Socket) {
	p, ok := s.Transport().(*polling)
	if !ok {
		return
	}
	_ = s.Once("upgrade", func(args ...any) {
		if to, ok := args[0].(transports.Transport); ok {
			if pending := p.takePending(); len(pending) > 0 {
				to.Send(pending)
			}
		}
	})
}
