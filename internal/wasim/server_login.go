package wasim

import (
	"strconv"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
)

// The reasons of a refused login.
const (
	reasonLoggedOut   = "401"
	reasonTempBan     = "402"
	reasonOutdated    = "405"
	reasonBadToken    = "413"
	reasonUnavailable = "503"
)

// admit registers, logs in or refuses a client after its handshake.
func (s *Server) admit(c *conn, p *waWa6.ClientPayload) {
	if p.GetDevicePairingData() != nil {
		if refusal, ok := s.faults.refusal(""); ok {
			c.closeWith(refusal)
			return
		}
		s.register(c, p.GetDevicePairingData())
		return
	}
	number := strconv.FormatUint(p.GetUsername(), 10)
	if refusal, ok := s.faults.refusal(number); ok {
		c.closeWith(refusal)
		return
	}
	comp := s.login(number, int(p.GetDevice()), c.static)
	if comp == nil {
		c.closeWith(failure(reasonLoggedOut))
		return
	}
	c.comp = comp
	if old := comp.attach(c); old != nil {
		old.closeWith(conflict("replaced"))
	}
	c.push(wabin.Node{Tag: "success", Attrs: attrs{
		"t":        unix(s.o.Now()),
		"lid":      comp.jid(ByLID),
		"props":    "27",
		"location": "sim",
	}})
}

func (s *Server) login(number string, device int, static [32]byte) *companion {
	a := s.account(number)
	if a == nil {
		return nil
	}
	comp := a.companion(device)
	if comp == nil || comp.noise != static {
		return nil
	}
	return comp
}

// openQueue answers <active/>: it starts to deliver the queue.
func (c *conn) openQueue() {
	waiting, firstTime := c.comp.activate(c)
	if waiting > 0 {
		count := strconv.Itoa(waiting)
		c.push(el("ib", attrs{"from": types.ServerJID}, el("offline_preview", attrs{
			"count": count, "message": count, "appdata": "0", "notification": "0", "receipt": "0",
		})))
	}
	c.wakeWriter()
	if firstTime {
		phone, comp := c.comp.acc.phone, c.comp
		phone.do(func() { phone.bootstrap(comp) })
	}
}

func offlineEnd(n int) wabin.Node {
	return el("ib", attrs{"from": types.ServerJID}, el("offline", attrs{"count": strconv.Itoa(n)}))
}

func failure(reason string) wabin.Node {
	return wabin.Node{Tag: "failure", Attrs: attrs{"reason": reason, "location": "sim"}}
}

func banned(expire time.Duration) wabin.Node {
	n := failure(reasonTempBan)
	n.Attrs["code"] = "101" // "sent too many messages to people who do not have you in their contacts"
	n.Attrs["expire"] = strconv.Itoa(int(expire.Seconds()))
	return n
}

func conflict(kind string) wabin.Node {
	n := el("stream:error", nil, el("conflict", attrs{"type": kind}))
	if kind == "device_removed" {
		n.Attrs = attrs{"code": reasonLoggedOut}
	}
	return n
}

func streamError(code string) wabin.Node { return el("stream:error", attrs{"code": code}) }

// unlinkDevice unlinks a device and closes its connection with device_removed.
func (s *Server) unlinkDevice(comp *companion) bool {
	if !comp.acc.unlink(comp) {
		return false
	}
	if live := comp.connection(); live != nil {
		live.closeWith(conflict("device_removed"))
	}
	s.notifyDeviceList(comp.acc)
	return true
}

// notifyDeviceList notifies every companion of an account that the device list
// changed. No client computes this hash, so each requests the list again.
func (s *Server) notifyDeviceList(a *account) {
	list := wabin.Node{Tag: "devices", Attrs: attrs{"dhash": "2:" + unix(s.o.Now())}}
	var devices []wabin.Node
	for _, d := range a.devices() {
		devices = append(devices, wabin.Node{Tag: "device", Attrs: attrs{"jid": a.jid(ByPN, d.device)}})
	}
	list.Content = devices
	for _, c := range a.linked() {
		n := el("notification", attrs{"from": a.jid(ByPN, 0), "type": "account_sync", "id": newID(), "t": unix(s.o.Now())}, list)
		s.enqueue(c, n)
	}
}

// notify sends a notification of the server itself.
func (s *Server) notify(c *companion, kind string, children ...wabin.Node) {
	s.enqueue(c, el("notification", attrs{"from": types.ServerJID, "type": kind, "id": newID(), "t": unix(s.o.Now())}, children...))
}

// enqueue keeps a stanza for a device until the device acknowledges it.
func (s *Server) enqueue(c *companion, n wabin.Node) {
	e := &entry{node: n, class: n.Tag, id: attr(&n, "id"), at: time.Now()}
	var ok bool
	switch fault := s.faults.queueFault(c.acc.number, n.Tag); {
	case fault == nil:
		ok = c.enqueue(s.o.Queue, e)
	case fault.Kind == FaultRedeliver:
		ok = c.enqueue(s.o.Queue, e, e)
		s.faults.countUse(fault)
	default: // FaultReorder
		ok = c.holdBack(s.o.Queue, max(2, fault.Count), e)
		if s.faults.countUse(fault) {
			s.faults.release(fault)
		}
	}
	if !ok {
		s.stats.dropped.Add(1)
		s.log.Warn("queue of a device is full", "device", c.addr().String())
	}
}
