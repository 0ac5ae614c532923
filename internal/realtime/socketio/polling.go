package realtime

import (
	"io"
	"net/http"
	"sync"

	"github.com/zishang520/socket.io/parsers/engine/v3/packet"
	"github.com/zishang520/socket.io/servers/engine/v3"
	"github.com/zishang520/socket.io/servers/engine/v3/transports"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

// polling is the library's polling transport with the server's half of it, the
// answers to polls, done anew. A poll can be answered once, and the library
// loses track of which is waiting:
//
//   - While a client switches to WebSocket, a timer answers its poll with a no-op,
//     unsynchronised with what is being sent. The second of the two finds no poll,
//     its packets are lost (they may be the very first ones) and the connection with them.
//   - An answered poll is forgotten after the client has the answer; the next
//     poll, when it is quick, is forgotten in its place.
//   - On closing, the farewell is refused by a queue that was closed before it,
//     and a waiting client learns nothing until its heartbeat fails 45 s later.
//
// Here a lock guards the waiting poll, and what finds none waits for the next
// or moves to the new transport. What a client posts is still the library's.
type polling struct {
	transports.Polling

	mu      sync.Mutex
	poll    *types.HttpContext // waiting for an answer, or nil
	pending []*packet.Packet   // found no poll
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
	if !p.wait(ctx) {
		p.OnError("overlap from client", nil)
		_ = ctx.SetStatusCode(http.StatusBadRequest) // it fails when there was an answer already
		_, _ = ctx.Write(nil)
		return
	}
	_ = ctx.Once("close", func(...any) { // of an answered one too; it fails for no name at all only
		if p.gone(ctx) {
			p.OnError("poll connection closed prematurely", nil)
		}
	})
	if pending := p.take(); len(pending) > 0 {
		p.Send(pending)
		return
	}
	p.Emit("ready")
}

// wait makes ctx the waiting poll; false when there is one.
func (p *polling) wait(ctx *types.HttpContext) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.poll != nil {
		return false
	}
	p.poll = ctx
	p.SetWritable(true)
	return true
}

// gone forgets ctx and reports whether it was still waiting.
func (p *polling) gone(ctx *types.HttpContext) bool {
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
		// Whoever sends does not wait for the client. It ends with the request.
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

// take removes what is pending.
func (p *polling) take() []*packet.Packet {
	p.mu.Lock()
	defer p.mu.Unlock()
	packets := p.pending
	p.pending = nil
	return packets
}

// release answers the waiting poll, if any, with a last packet.
func (p *polling) release(last packet.Type) {
	p.Send(append(p.take(), &packet.Packet{Type: last}))
	p.take() // nobody will ask for it
}

// OnData implements transports.Transport: what a client posted.
func (p *polling) OnData(data types.BufferInterface) {
	packets, _ := p.Parser().DecodePayload(data) // what could be read before what could not
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
	p.release(packet.NOOP)
	p.Polling.OnClose()
}

// DoClose implements transports.Transport.
func (p *polling) DoClose(fn types.Callable) {
	p.release(packet.CLOSE)
	p.Discard() // so that the library does not wait for a poll of its own
	p.Polling.DoClose(fn)
}

// pollingBuilder makes pollings.
type pollingBuilder struct{ transports.PollingBuilder }

func (*pollingBuilder) New(ctx *types.HttpContext) transports.Transport { return newPolling(ctx) }

// carryOver sees to it that what a polling transport holds outlives the switch.
func carryOver(s engine.Socket) {
	p, ok := s.Transport().(*polling)
	if !ok {
		return
	}
	_ = s.Once("upgrade", func(args ...any) {
		if to, ok := args[0].(transports.Transport); ok {
			if pending := p.take(); len(pending) > 0 {
				to.Send(pending)
			}
		}
	})
}
