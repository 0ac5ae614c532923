package wasimtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"recado/internal/wasim"
)

// Phone is an account of a simulator with its primary phone.
type Phone struct {
	Number string
	sim    *Sim
	tb     testing.TB
}

// Phone creates an account, or gives it other settings.
func (s *Sim) Phone(number string, set wasim.PhoneSettings) *Phone {
	s.tb.Helper()
	if _, err := s.PutPhone(number, set); err != nil {
		s.tb.Fatalf("create phone %s: %v", number, err)
	}
	return &Phone{Number: number, sim: s, tb: s.tb}
}

// Scan links the device that shows this QR code and returns its JID.
func (p *Phone) Scan(qr string) string {
	p.tb.Helper()
	device, err := p.sim.Scan(context.Background(), p.Number, qr)
	if err != nil {
		p.tb.Fatalf("phone %s scans: %v", p.Number, err)
	}
	return device
}

// Pair links the device that shows this pairing code and returns its JID.
func (p *Phone) Pair(code string) string {
	p.tb.Helper()
	device, err := p.sim.Pair(context.Background(), p.Number, code)
	if err != nil {
		p.tb.Fatalf("phone %s types a code: %v", p.Number, err)
	}
	return device
}

// Say sends a text to another number and returns the message's id.
func (p *Phone) Say(to, text string) string {
	p.tb.Helper()
	return p.Send(wasim.Draft{To: to, Text: text})
}

// Send sends a draft and returns the message's id.
func (p *Phone) Send(d wasim.Draft) string {
	p.tb.Helper()
	id, err := p.sim.Send(context.Background(), p.Number, d)
	if err != nil {
		p.tb.Fatalf("phone %s sends: %v", p.Number, err)
	}
	return id
}

// Screen lists the messages of the chat with a number, of all chats when empty.
func (p *Phone) Screen(with string) []wasim.ScreenMessage {
	p.tb.Helper()
	out, err := p.sim.Screen(p.Number, with, 0)
	if err != nil {
		p.tb.Fatalf("screen of phone %s: %v", p.Number, err)
	}
	return out
}

// Problems lists the messages that the phone could not read at once.
func (p *Phone) Problems() []wasim.Problem {
	p.tb.Helper()
	out, err := p.sim.Problems(p.Number)
	if err != nil {
		p.tb.Fatalf("problems of phone %s: %v", p.Number, err)
	}
	return out
}

// WaitFor returns the screen as soon as it satisfies the condition; the test
// fails when it does not within Patience.
func (p *Phone) WaitFor(what string, is func([]wasim.ScreenMessage) bool) []wasim.ScreenMessage {
	p.tb.Helper()
	return p.WaitWithin(Patience, what, is)
}

// WaitWithin is WaitFor with a deadline of its own.
func (p *Phone) WaitWithin(patience time.Duration, what string, is func([]wasim.ScreenMessage) bool) (screen []wasim.ScreenMessage) {
	p.tb.Helper()
	p.await(patience, what, func() bool {
		screen = p.Screen("")
		return is(screen)
	})
	return screen
}

// await checks a condition at every change of the screen.
func (p *Phone) await(patience time.Duration, what string, is func() bool) {
	p.tb.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		changed, err := p.sim.Changed(p.Number)
		if err != nil {
			p.tb.Fatalf("watch phone %s: %v", p.Number, err)
		}
		if is() {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			p.tb.Fatalf("phone %s waited %s for %s; its screen: %+v; its problems: %+v", p.Number, patience, what, p.Screen(""), p.Problems())
		}
	}
}

// find waits for the first message on the screen that satisfies is.
func (p *Phone) find(what string, is func(wasim.ScreenMessage) bool) (found wasim.ScreenMessage) {
	p.tb.Helper()
	p.WaitFor(what, func(screen []wasim.ScreenMessage) bool {
		i := slices.IndexFunc(screen, is)
		if i >= 0 {
			found = screen[i]
		}
		return i >= 0
	})
	return found
}

// WaitText returns the first message of another phone with this text.
func (p *Phone) WaitText(text string) wasim.ScreenMessage {
	p.tb.Helper()
	return p.find("text "+text, func(b wasim.ScreenMessage) bool { return !b.FromMe && b.Text == text })
}

// Ask sends a text to another number and returns that number's next message.
func (p *Phone) Ask(to, text string) wasim.ScreenMessage {
	p.tb.Helper()
	before := int64(0)
	if all := p.Screen(to); len(all) > 0 {
		before = all[len(all)-1].Seq
	}
	p.Say(to, text)
	var answer wasim.ScreenMessage
	p.await(Patience, "an answer to "+text, func() bool {
		screen, err := p.sim.Screen(p.Number, to, before)
		if err != nil {
			p.tb.Fatalf("screen of phone %s: %v", p.Number, err)
		}
		i := slices.IndexFunc(screen, func(b wasim.ScreenMessage) bool { return !b.FromMe })
		if i >= 0 {
			answer = screen[i]
		}
		return i >= 0
	})
	return answer
}

// WaitStatus waits until an own message has a status.
func (p *Phone) WaitStatus(id string, status wasim.Status) {
	p.tb.Helper()
	p.find("message "+id+" being "+string(status), func(b wasim.ScreenMessage) bool { return b.ID == id && b.Status == status })
}

// Typing is the typing state of another number on the phone's screen.
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
	p.await(Patience, with+" to type", func() bool { return p.Typing(with).Now })
}

// AssertClean fails the test if the phone had a problem or received a message
// twice.
func (p *Phone) AssertClean() {
	p.tb.Helper()
	if problems := p.Problems(); len(problems) > 0 {
		p.tb.Errorf("phone %s had problems: %+v", p.Number, problems)
	}
	for _, b := range p.Screen("") {
		if b.Copies != 1 {
			p.tb.Errorf("phone %s got %d copies of %+v", p.Number, b.Copies, b)
		}
	}
}
