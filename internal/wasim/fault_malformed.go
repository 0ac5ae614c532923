package wasim

import (
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// sendMalformed sends one frame that a client must survive.
func (c *conn) sendMalformed(shape string) {
	out := outgoing{at: time.Now()}
	switch shape {
	case ShapeUnsealed:
		out.raw, out.plain = make([]byte, 64), true
		fill(out.raw)
	case ShapeOversized:
		out.raw = make([]byte, 17<<20)
	case ShapeStanza:
		out.node = wabin.Node{Tag: "message", Content: []wabin.Node{{Tag: "enc", Content: []byte("nothing")}}}
	default:
		out.raw = make([]byte, 64)
		fill(out.raw)
		out.raw[0] = 0
	}
	c.pushAll([]outgoing{out}, false)
}
