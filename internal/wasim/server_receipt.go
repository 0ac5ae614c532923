package wasim

import (
	"strconv"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// The types of a receipt.
const (
	delivered = ""
	read      = "read"
	readSelf  = "read-self"
	played    = "played"
	retry     = "retry"
)

// receipt reports the status of messages to every device of an account.
type receipt struct {
	ids    []string
	kind   string
	from   address
	to     *account
	device int      // for a retry, the only device that it goes to
	chat   *account // whose chat it is about, when from and to are one account
	at     time.Time
	retry  *retryRequest
}

// retryRequest requests a message to be encrypted again.
type retryRequest struct {
	count int
	sent  string // t of the message
	regID uint32
	keys  *bundle // for a new session, if given
}

// handleReceipt acknowledges the stanzas of a receipt and forwards it to the sender.
func (c *conn) handleReceipt(n *wabin.Node) {
	if c.comp == nil {
		return
	}
	id, kind := attr(n, "id"), attr(n, "type")
	ids := append([]string{id}, receiptItems(n)...)
	c.push(wabin.Node{Tag: "ack", Attrs: attrs{"class": "receipt", "id": id, "type": kind, "from": n.Attrs["to"], "t": unix(c.srv.o.Now())}})
	switch kind {
	case read, readSelf, played, "hist_sync", "server-error":
	default:
		for _, id := range ids {
			c.comp.acknowledge("message", id)
		}
	}
	if kind == retry {
		c.expectAck(id)
	}
	to, ok := attrJID(n, "to")
	if !ok {
		return
	}
	target, ok := c.srv.resolve(to)
	if !ok {
		return
	}
	r := &receipt{ids: ids, kind: kind, from: c.comp.addr(), to: target.acc, device: target.device, at: c.srv.o.Now()}
	switch kind {
	case delivered, read, played:
		if target.acc != c.comp.acc {
			c.srv.sendReceipt(r)
		}
	case retry:
		if r.retry, ok = retryFrom(n, c.comp); ok {
			if j, has := attrJID(n, "recipient"); has {
				r.chat = c.srv.accountOf(j)
			}
			c.srv.sendReceipt(r)
		}
	}
}

func receiptItems(n *wabin.Node) (ids []string) {
	list := n.GetChildByTag("list")
	for _, item := range list.GetChildren() {
		ids = append(ids, attr(&item, "id"))
	}
	return ids
}

func retryFrom(n *wabin.Node, c *companion) (*retryRequest, bool) {
	r, ok := n.GetOptionalChildByTag("retry")
	if !ok {
		return nil, false
	}
	out := &retryRequest{count: attrInt(&r, "count"), sent: attr(&r, "t"), regID: fromBigEndian(childBytes(n, "registration"))}
	if b, ok := bundleFrom(n, c.id); ok {
		out.keys = &b
	}
	return out, true
}

// expectAck records that a retry receipt has acknowledged a message. Some clients
// send an ack as well, when the repeated message may be in the queue under the
// same id.
func (c *conn) expectAck(id string) {
	const enough = 1000 // clients that send no ack leave entries behind
	if c.retried == nil || len(c.retried) >= enough {
		c.retried = map[string]int{}
	}
	c.retried[id]++
}

// ackExpected reports and removes such a record.
func (c *conn) ackExpected(id string) bool {
	if c.retried[id] == 0 {
		return false
	}
	if c.retried[id]--; c.retried[id] == 0 {
		delete(c.retried, id)
	}
	return true
}

// handleAck removes a receipt, a notification or a refused message from the queue.
func (c *conn) handleAck(n *wabin.Node) {
	if c.comp == nil {
		return
	}
	class, id := attr(n, "class"), attr(n, "id")
	if class != "message" || !c.ackExpected(id) {
		c.comp.acknowledge(class, id)
	}
	if code := attr(n, "error"); class == "message" && code != "" {
		c.srv.stats.nack(code)
	}
}

// sendReceipt delivers a retry to the device that sent the message, any other
// receipt to every device of the account.
func (s *Server) sendReceipt(r *receipt) {
	devices := r.to.devices()
	if r.kind == retry {
		devices = []address{{r.to, r.device}}
	}
	for _, d := range devices {
		if d.device == 0 {
			p := d.acc.phone
			p.do(func() { p.onReceipt(r) })
		} else if c := d.acc.companion(d.device); c != nil {
			s.enqueue(c, r.node())
		}
	}
}

func (r *receipt) node() wabin.Node {
	mode := r.from.acc.phone.addressing()
	n := wabin.Node{Tag: "receipt", Attrs: attrs{"id": r.ids[0], "type": r.kind, "t": unix(r.at), "from": r.from.acc.jid(mode, r.from.device)}}
	if r.chat != nil {
		n.Attrs["recipient"] = r.chat.jid(mode, 0)
	}
	if len(r.ids) > 1 {
		var items []wabin.Node
		for _, id := range r.ids[1:] {
			items = append(items, wabin.Node{Tag: "item", Attrs: attrs{"id": id}})
		}
		n.Content = []wabin.Node{el("list", nil, items...)}
	}
	if r.retry != nil {
		n.Content = r.retry.nodes(r.ids[0])
	}
	return n
}

func (q *retryRequest) nodes(id string) []wabin.Node {
	out := []wabin.Node{
		el("retry", attrs{"count": strconv.Itoa(q.count), "id": id, "t": q.sent, "v": "1"}),
		blob("registration", bigEndian(q.regID, 4)),
	}
	if q.keys != nil {
		out = append(out, el("keys", nil, q.keys.children()...))
	}
	return out
}
