package wasim

import (
	"net/http"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
)

// Typing is what a phone shows of another party that types.
type Typing struct {
	Now   bool `json:"typing"`
	Times int  `json:"times"` // how often they began

	until time.Time
}

// typingLasts is how long a phone shows the state without another chatstate.
const typingLasts = 25 * time.Second

// Typing returns whether a phone shows that another number is typing to it.
func (s *Server) Typing(number, with string) (Typing, error) {
	p, err := s.phone(number)
	if err != nil {
		return Typing{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.typing[with]
	t.Now = t.until.After(s.o.Now())
	return t, nil
}

// setTyping stores that who began or stopped typing. The caller holds p.mu.
func (p *phone) setTyping(who string, begins bool) {
	t, known := p.typing[who]
	switch {
	case begins:
		t.Times++
		t.until = p.srv.o.Now().Add(typingLasts)
	case known:
		t.until = time.Time{}
	default:
		return
	}
	p.typing[who] = t
}

// handleChatState shows the typing state of this account on the other phone.
func (c *conn) handleChatState(n *wabin.Node) {
	to, _ := attrJID(n, "to")
	target := c.srv.accountOf(to)
	if c.comp == nil || target == nil {
		return
	}
	_, begins := n.GetOptionalChildByTag("composing")
	who, p := c.comp.acc.number, target.phone
	p.do(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.setTyping(who, begins)
		p.signalChange()
	})
}

// handlePresence stores whether the device is available.
func (c *conn) handlePresence(n *wabin.Node) {
	kind := attr(n, "type")
	if c.comp == nil || kind != "available" && kind != "unavailable" {
		return // a subscription to another account
	}
	c.comp.mu.Lock()
	defer c.comp.mu.Unlock()
	if c.comp.conn == c {
		c.comp.online = kind == "available"
	}
}

func (c *companion) available() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.online
}

func (s controlAPI) getTyping(r *http.Request) (int, any, error) {
	t, err := s.Typing(r.PathValue("number"), r.URL.Query().Get("with"))
	return http.StatusOK, t, err
}
