package wasim

import (
	"slices"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// handleMessage delivers a client's message to every device that it is encrypted
// for, and acknowledges it. A repeated message is delivered again: phones
// de-duplicate.
func (c *conn) handleMessage(n *wabin.Node) {
	if c.comp == nil {
		return
	}
	s, now := c.srv, c.srv.o.Now()
	to, _ := attrJID(n, "to")
	ack := attrs{"class": "message", "id": attr(n, "id"), "from": n.Attrs["to"], "t": unix(now)}
	target := s.accountOf(to)
	if target == nil {
		ack["error"] = "404"
		c.ack(wabin.Node{Tag: "ack", Attrs: ack})
		return
	}
	envelopes := c.envelopes(n, target, now)
	for _, l := range envelopes {
		s.deliver(l)
	}
	c.ack(wabin.Node{Tag: "ack", Attrs: ack})
}

// envelopes splits a client's message. Those for the sender's own devices come
// first, so that they have the message before its first receipt.
func (c *conn) envelopes(n *wabin.Node, target *account, now time.Time) []*envelope {
	base := envelope{
		id: attr(n, "id"), from: c.comp.addr(), at: now, kind: attr(n, "type"),
		name: c.comp.acc.phone.displayName(), edit: attr(n, "edit"), category: attr(n, "category"),
	}
	for _, child := range n.GetChildren() {
		if child.Tag == "device-identity" || child.Tag == "meta" || child.Tag == "biz" {
			base.extra = append(base.extra, child)
		}
	}
	var out []*envelope
	add := func(to address, enc wabin.Node) {
		l := base
		l.to, l.enc = to, encFrom(enc)
		if to.acc == c.comp.acc && base.category != "peer" {
			l.chat = c.chatOf(n, target)
		}
		out = append(out, &l)
	}
	if enc, ok := n.GetOptionalChildByTag("enc"); ok { // to one device: peer messages and repeats
		j, _ := attrJID(n, "to")
		add(address{target, int(j.Device)}, enc)
	}
	participants := n.GetChildByTag("participants")
	for _, p := range participants.GetChildren() {
		j, ok := attrJID(&p, "jid")
		if !ok {
			continue
		}
		if a, ok := c.srv.resolve(j); ok {
			add(a, p.GetChildByTag("enc"))
		}
	}
	slices.SortStableFunc(out, func(x, y *envelope) int { return rank(x, c.comp.acc) - rank(y, c.comp.acc) })
	return out
}

func rank(l *envelope, own *account) int {
	if l.to.acc == own {
		return 0
	}
	return 1
}

// chatOf is the other party of a message to an own device.
func (c *conn) chatOf(n *wabin.Node, target *account) *account {
	if j, ok := attrJID(n, "recipient"); ok {
		if a := c.srv.accountOf(j); a != nil {
			return a
		}
	}
	return target
}

// ack acknowledges, unless a fault holds acknowledgements back.
func (c *conn) ack(n wabin.Node) {
	if c.srv.faults.consume(FaultHoldAcks, c.accountNumber()) {
		c.mu.Lock()
		if len(c.held) < maxBacklog {
			c.held = append(c.held, outgoing{node: n, at: time.Now()})
		}
		c.mu.Unlock()
		return
	}
	c.push(n)
}

// releaseAcks sends the acknowledgements that a fault held back.
func (c *conn) releaseAcks() {
	c.mu.Lock()
	held := c.held
	c.held = nil
	c.mu.Unlock()
	c.pushAll(held, false)
}
