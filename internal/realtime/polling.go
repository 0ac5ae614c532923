package realtime

import (
	"sync"

	"github.com/zishang520/socket.io/parsers/engine/v3/packet"
	"github.com/zishang520/socket.io/servers/engine/v3"
	"github.com/zishang520/socket.io/servers/engine/v3/transports"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

// polling is the library's polling transport without two of its faults.
//
// A poll can be answered once. While a client switches to WebSocket the library
// answers it with a no-op from a timer, unsynchronised with what is being sent;
// when both happen at once the second finds no poll and its packets are lost,
// which may be the very first ones. Here the second is held, and goes out with
// the next poll or on the new transport.
//
// On closing, the library shuts the queue down before it puts the farewell in
// it, and a waiting client learns nothing until its heartbeat fails 45 s later.
// Here the farewell is put in first.
type polling struct {
	transports.Polling

	mu   sync.Mutex
	held []*packet.Packet
}

func newPolling(ctx *types.HttpContext) *polling {
	p := &polling{Polling: transports.MakePolling()}
	p.Prototype(p)
	p.Construct(ctx)
	_ = p.On("ready", func(...any) { p.resend(p) }) // before the engine's own listener; fails for no name at all only
	return p
}

// Send implements transports.Transport.
func (p *polling) Send(packets []*packet.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.Writable():
		p.Polling.Send(packets)
	case len(packets) == 1 && packets[0].Type == packet.NOOP:
	default:
		p.held = append(p.held, packets...)
	}
}

// resend gives what is held to a transport that can take it.
func (p *polling) resend(to transports.Transport) {
	p.mu.Lock()
	packets := p.held
	p.held = nil
	p.mu.Unlock()
	if len(packets) > 0 {
		to.Send(packets)
	}
}

// DoClose implements transports.Transport.
func (p *polling) DoClose(fn types.Callable) {
	if p.Writable() {
		p.Polling.Send([]*packet.Packet{{Type: packet.CLOSE}})
	}
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
			p.resend(to)
		}
	})
}
