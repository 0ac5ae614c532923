package wasim

import (
	"context"

	wabin "go.mau.fi/whatsmeow/binary"
)

// Call is a call that a phone's owner makes. It carries no sound: linked
// devices see it ring and end.
type Call struct {
	To    string `json:"to"`
	Video bool   `json:"video,omitempty"`
	End   string `json:"end,omitempty"` // missed (when empty), answered or declined by the other phone
}

// Ring makes a call. It returns the call's id as soon as it rings.
func (s *Server) Ring(_ context.Context, number string, c Call) (id string, err error) {
	p, err := s.phone(number)
	if err != nil {
		return "", err
	}
	to := s.account(c.To)
	if to == nil {
		return "", &Error{Code: "no_recipient", Status: ErrNoPhone.Status, Message: "The recipient in field to is no phone of this simulator."}
	}
	reason := ""
	switch c.End {
	case "", "missed":
		reason = "timeout"
	case "answered":
		reason = "accepted_elsewhere"
	case "declined":
		reason = "rejected_elsewhere"
	default:
		return "", invalid("invalid_call", "Field end is missed, answered or declined.")
	}
	id = newID()
	p.do(func() {
		offer := wabin.Node{Tag: "offer", Content: []wabin.Node{{Tag: "audio", Attrs: attrs{"enc": "opus", "rate": "16000"}}}}
		if c.Video {
			offer.Content = append(offer.Content.([]wabin.Node), wabin.Node{Tag: "video", Attrs: attrs{"enc": "h.264"}})
		}
		p.call(id, to, offer)
		p.call(id, to, wabin.Node{Tag: "terminate", Attrs: attrs{"reason": reason}})
	})
	return id, nil
}

// call sends one step of a call to the linked devices of an account.
func (p *phone) call(id string, to *account, step wabin.Node) {
	mode := p.addressing()
	from := p.acc.jid(mode, 0)
	if step.Attrs == nil {
		step.Attrs = attrs{}
	}
	step.Attrs["call-id"], step.Attrs["call-creator"] = id, from
	if mode == ByLID {
		step.Attrs["caller_pn"] = p.acc.jid(ByPN, 0)
	} else {
		step.Attrs["caller_lid"] = p.acc.jid(ByLID, 0)
	}
	for _, c := range to.linked() {
		p.srv.enqueue(c, wabin.Node{
			Tag: "call", Attrs: attrs{"id": newID(), "from": from, "t": unix(p.srv.o.Now()), "notify": p.displayName()}, Content: []wabin.Node{step},
		})
	}
}
