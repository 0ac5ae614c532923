package wasim

import (
	"maps"
	"sync"
	"sync/atomic"

	wabin "go.mau.fi/whatsmeow/binary"
)

// Stats are counts since the start, except where they say "now".
type Stats struct {
	Connections int64          `json:"connections"` // now
	Opened      int64          `json:"opened"`
	Phones      int            `json:"phones"`
	Devices     int            `json:"devices"` // linked now
	Stanzas     InOut          `json:"stanzas"`
	Bytes       InOut          `json:"bytes"`
	Unacked     map[string]int `json:"unacked"` // by device, now, devices with none left out
	Media       int64          `json:"media"`   // bytes kept now
	Retries     int64          `json:"retries"` // messages that devices asked phones for again
	Dropped     int64          `json:"dropped"` // stanzas and tasks that did not fit a bounded queue
	Malformed   int64          `json:"malformed"`
	Unknown     map[string]int `json:"unknown"` // unknown requests and stanzas, by name
	Nacks       map[string]int `json:"nacks"`   // messages that clients refused, by code
	Peer        map[string]int `json:"peer"`    // requests of devices to their phones, by type
}

// InOut counts what came from clients and what went to them.
type InOut struct {
	In  int64 `json:"in"`
	Out int64 `json:"out"`
}

// counters is the running form of Stats.
type counters struct {
	connections, total     atomic.Int64
	stanzasIn, stanzasOut  atomic.Int64
	bytesIn, bytesOut      atomic.Int64
	retries, dropped       atomic.Int64
	malformed              atomic.Int64
	mu                     sync.Mutex
	unknown, nacks, peered map[string]int
}

func (c *counters) opened() { c.connections.Add(1); c.total.Add(1) }
func (c *counters) closed() { c.connections.Add(-1) }

func (c *counters) unknownIQ(n *wabin.Node)   { c.count(&c.unknown, iqName(n)) }
func (c *counters) unknownStanza(name string) { c.count(&c.unknown, name) }
func (c *counters) nack(code string)          { c.count(&c.nacks, code) }
func (c *counters) peer(kind string)          { c.count(&c.peered, kind) }

// maxNames bounds the distinct names that clients can add.
const maxNames = 256

func (c *counters) count(in *map[string]int, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *in == nil {
		*in = map[string]int{}
	}
	if _, known := (*in)[name]; !known && len(*in) >= maxNames {
		name = "…"
	}
	(*in)[name]++
}

func (c *counters) names(of map[string]int) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]int{}
	maps.Copy(out, of)
	return out
}

// Stats returns the current counts.
func (s *Server) Stats() Stats {
	c := &s.stats
	out := Stats{
		Connections: c.connections.Load(), Opened: c.total.Load(),
		Stanzas: InOut{c.stanzasIn.Load(), c.stanzasOut.Load()},
		Bytes:   InOut{c.bytesIn.Load(), c.bytesOut.Load()},
		Retries: c.retries.Load(), Dropped: c.dropped.Load(), Malformed: c.malformed.Load(),
		Media: s.media.bytes(), Unacked: map[string]int{},
	}
	c.mu.Lock()
	unknown, nacks, peered := c.unknown, c.nacks, c.peered
	c.mu.Unlock()
	out.Unknown, out.Nacks, out.Peer = c.names(unknown), c.names(nacks), c.names(peered)
	for _, a := range s.allAccounts() {
		out.Phones++
		for _, d := range a.linked() {
			out.Devices++
			if n := d.unacked(); n > 0 {
				out.Unacked[d.addr().String()] = n
			}
		}
	}
	return out
}
