package wasim

import (
	"errors"

	"go.mau.fi/libsignal/signalerror"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// receive decrypts an envelope, renders it and sends receipts.
func (p *phone) receive(l *envelope) {
	p.mu.Lock()
	r := p.open(l)
	p.signalChange()
	p.mu.Unlock()
	for _, r := range r {
		p.srv.sendReceipt(r)
	}
}

// open decrypts and renders an envelope and returns the receipts to send.
func (p *phone) open(l *envelope) []*receipt {
	plain, err := p.decrypt(l)
	if err != nil {
		return p.unreadable(l, err)
	}
	var m waE2E.Message
	if err := proto.Unmarshal(plain, &m); err != nil {
		p.screen.reportProblem(l.id, l.from.String(), ReasonBadData, err.Error(), p.srv.o.Now())
		return nil
	}
	if l.category == "peer" {
		return p.peerMessage(&m)
	}
	p.render(l, &m)
	return p.confirm(l)
}

func (p *phone) decrypt(l *envelope) ([]byte, error) {
	if l.plain != nil {
		return l.plain, nil
	}
	if p.srv.faults.consume(FaultRetry, p.acc.number) {
		return nil, errPretended
	}
	if l.enc.kind == "pkmsg" && l.from.device != 0 {
		if err := p.srv.verifyDeviceIdentity(l); err != nil {
			p.screen.reportProblem(l.id, l.from.String(), ReasonNoDeviceIdentity, err.Error(), p.srv.o.Now())
		}
	}
	return p.signal.decrypt(peer(l.from), l.enc)
}

var errPretended = errors.New("injected by a fault")

// unreadable records an envelope that could not be decrypted and requests it
// again, except where phones do not.
func (p *phone) unreadable(l *envelope, err error) []*receipt {
	if !errors.Is(err, errPretended) && p.screen.countCopy(l.id) {
		return p.confirm(l) // the same message once more, its key is spent
	}
	reason := ReasonNoSession
	switch {
	case errors.Is(err, errPretended):
		reason = ReasonPretended
	case errors.Is(err, signalerror.ErrOldCounter):
		reason = ReasonUsedKey
	}
	problem := p.screen.reportProblem(l.id, l.from.String(), reason, err.Error(), p.srv.o.Now())
	if reason == ReasonUsedKey || problem.Retries >= maxRetries {
		return nil
	}
	problem.Retries++
	q := &retryRequest{count: problem.Retries, sent: unix(l.at), regID: p.signal.regID}
	if reason != ReasonPretended || problem.Retries > 1 {
		b := p.signal.bundle()
		q.keys = &b
	}
	return []*receipt{{ids: []string{l.id}, kind: retry, from: address{p.acc, 0}, to: l.from.acc, device: l.from.device, chat: l.chat, at: p.srv.o.Now(), retry: q}}
}

// maxRetries is how often a phone requests one message again.
const maxRetries = 4

// confirm returns the receipts for a message of another account: delivered, and
// read if this phone reads at once.
func (p *phone) confirm(l *envelope) []*receipt {
	if l.from.acc == p.acc {
		return nil
	}
	out := []*receipt{p.receiptFor(l.from.acc, delivered, l.id)}
	if p.set.Reads {
		out = append(out, p.receiptFor(l.from.acc, read, l.id))
	}
	return out
}

func (p *phone) receiptFor(to *account, kind string, ids ...string) *receipt {
	return &receipt{ids: ids, kind: kind, from: address{p.acc, 0}, to: to, at: p.srv.o.Now()}
}

// onReceipt handles a receipt for messages of this account.
func (p *phone) onReceipt(r *receipt) {
	switch r.kind {
	case retry:
		p.resend(r)
		return
	case delivered, read, played:
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	to := StatusDelivered
	if r.kind != delivered {
		to = StatusRead
	}
	for _, id := range r.ids {
		p.screen.advance(id, to)
	}
	p.signalChange()
}
