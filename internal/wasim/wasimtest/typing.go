package wasimtest

import (
	"time"

	"recado/internal/wasim"
)

// Typing is what the phone shows of another number that types.
func (p *Phone) Typing(with string) wasim.Typing {
	p.tb.Helper()
	t, err := p.sim.Typing(p.Number, with)
	if err != nil {
		p.tb.Fatalf("phone %s: %v", p.Number, err)
	}
	return t
}

// WaitTyping waits until the phone shows that another number types.
func (p *Phone) WaitTyping(with string) {
	p.tb.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for {
		changed, err := p.sim.Changed(p.Number)
		if err != nil {
			p.tb.Fatalf("watch phone %s: %v", p.Number, err)
		}
		if p.Typing(with).Now {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			p.tb.Fatalf("phone %s waited %s for %s to type", p.Number, Patience, with)
		}
	}
}
