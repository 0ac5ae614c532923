package wasim

import (
	"context"
	"errors"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// sentLog keeps the newest maxSent plaintexts of a phone, for retry receipts.
type sentLog struct {
	order []string
	byID  map[string][]byte
}

const maxSent = 1000

func (l *sentLog) keep(id string, plain []byte) {
	if _, known := l.byID[id]; !known {
		l.order = append(l.order, id)
	}
	l.byID[id] = plain
	if len(l.order) > maxSent {
		delete(l.byID, l.order[0])
		l.order[0] = ""
		l.order = l.order[1:]
	}
}

// Send has the owner of a phone write. It returns the message's id as soon as
// the message is queued; two calls for one phone are sent in order.
func (s *Server) Send(_ context.Context, number string, d Draft) (id string, err error) {
	p, err := s.phone(number)
	if err != nil {
		return "", err
	}
	to := s.account(d.To)
	if to == nil {
		return "", &Error{Code: "no_recipient", Status: ErrNoPhone.Status, Message: "The recipient in field to is no phone of this simulator."}
	}
	m, kind, err := p.compose(&d, to)
	if err != nil {
		return "", err
	}
	if d.ID == "" {
		d.ID = newID()
	}
	p.do(func() { p.send(d.ID, to, m, kind) })
	return d.ID, nil
}

// send renders a message on the phone's own screen and sends it to every device of
// the recipient and to the other devices of its own account.
func (p *phone) send(id string, to *account, m *waE2E.Message, kind string) {
	plain, err := proto.Marshal(m)
	copied, err2 := proto.Marshal(deviceSent(m, to))
	if err := errors.Join(err, err2); err != nil {
		p.srv.log.Error("encode a message", "error", err)
		return
	}
	base := envelope{id: id, from: address{p.acc, 0}, at: p.srv.o.Now(), kind: kind, name: p.displayName()}
	p.mu.Lock()
	p.render(&base, deviceSent(m, to))
	p.sent.keep(id, plain)
	p.signalChange()
	p.mu.Unlock()
	for _, c := range p.acc.linked() {
		l := base
		l.to, l.chat = c.addr(), to
		p.encryptAndDeliver(&l, copied)
	}
	if to == p.acc {
		return
	}
	for _, d := range to.devices() {
		l := base
		l.to = d
		p.encryptAndDeliver(&l, plain)
	}
}

// encryptAndDeliver encrypts an envelope for its device and sends it.
func (p *phone) encryptAndDeliver(l *envelope, plain []byte) {
	if l.to.device == 0 {
		l.plain = plain
		p.srv.deliver(l)
		return
	}
	count := l.enc.count
	p.mu.Lock()
	missing := !p.signal.hasSession(peer(l.to))
	p.mu.Unlock()
	if missing && !p.startSession(l.to, nil) {
		return
	}
	p.mu.Lock()
	enc, err := p.signal.encrypt(peer(l.to), plain)
	p.mu.Unlock()
	if err != nil {
		p.srv.log.Error("encrypt a message", "to", l.to.String(), "error", err)
		return
	}
	enc.count, enc.mediaType = count, l.enc.mediaType
	l.enc = enc
	p.srv.deliver(l)
}

// startSession starts a session with a device, from the bundle that it sent or from the
// one that the server has.
func (p *phone) startSession(with address, sent *bundle) bool {
	if sent == nil {
		b, ok := p.srv.bundleOf(with)
		if !ok {
			return false
		}
		sent = &b
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.signal.startSession(peer(with), *sent); err != nil {
		p.srv.log.Error("begin a session", "with", with.String(), "error", err)
		return false
	}
	return true
}

// resend encrypts a message again for a device that could not decrypt it.
func (p *phone) resend(r *receipt) {
	id, from := r.ids[0], r.from
	p.mu.Lock()
	plain, known := p.sent.byID[id]
	p.mu.Unlock()
	p.srv.stats.retries.Add(1)
	if !known || !p.startSession(from, r.retry.keys) {
		return
	}
	l := &envelope{id: id, from: address{p.acc, 0}, to: from, at: p.srv.o.Now(), kind: "text", name: p.displayName(), enc: ciphertext{count: max(1, r.retry.count)}}
	if from.acc == p.acc {
		var ok bool
		if plain, l.chat, ok = p.forOwnDevice(plain, id); !ok {
			l.category = "peer"
		}
	}
	p.encryptAndDeliver(l, plain)
}

// forOwnDevice wraps a message for another device of the same account; ok is false
// for a peer message.
func (p *phone) forOwnDevice(plain []byte, id string) (wrapped []byte, chat *account, ok bool) {
	p.mu.Lock()
	b := p.screen.byID[id]
	p.mu.Unlock()
	var m waE2E.Message
	if b == nil || proto.Unmarshal(plain, &m) != nil {
		return plain, nil, false
	}
	chat = p.srv.account(b.With)
	if chat == nil {
		return plain, nil, false
	}
	wrapped, err := proto.Marshal(deviceSent(&m, chat))
	if err != nil {
		return plain, nil, false
	}
	return wrapped, chat, true
}

// deviceSent is a message as the sender's other devices get it.
func deviceSent(m *waE2E.Message, to *account) *waE2E.Message {
	return &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{
		DestinationJID: new(to.jid(ByLID, 0).String()),
		Message:        m,
	}}
}

// markRead confirms every unread message of one chat.
func (p *phone) markRead(other *account) {
	p.mu.Lock()
	var ids []string
	for _, b := range p.screen.since(other.number, 0) {
		if !b.FromMe {
			ids = append(ids, b.ID)
		}
	}
	r := p.receiptFor(other, read, ids...)
	p.mu.Unlock()
	for len(r.ids) > 0 { // a receipt lists at most as many as a stanza's list can hold
		part := *r
		n := min(len(r.ids), 200)
		part.ids, r.ids = r.ids[:n], r.ids[n:]
		p.srv.sendReceipt(&part)
	}
}
