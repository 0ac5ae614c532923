package wasim

import (
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Contact is a card of one person.
type Contact struct {
	Name   string `json:"name"`
	Number string `json:"number"`
}

func composeContact(_ *phone, d *Draft, _ *account) (*waE2E.Message, error) {
	return &waE2E.Message{ContactMessage: &waE2E.ContactMessage{
		DisplayName: &d.Contact.Name,
		Vcard:       new(fmt.Sprintf("BEGIN:VCARD\nVERSION:3.0\nFN:%[1]s\nTEL;type=CELL;waid=%[2]s:+%[2]s\nEND:VCARD", d.Contact.Name, d.Contact.Number)),
	}}, nil
}

func renderContact(_ *phone, b *ScreenMessage, m *waE2E.Message) bool {
	c := m.GetContactMessage()
	if c == nil {
		return false
	}
	b.Kind, b.Text, b.Contact = KindContact, c.GetDisplayName(), &Contact{Name: c.GetDisplayName(), Number: waid(c.GetVcard())}
	return true
}

// waid is the WhatsApp number in a vCard.
func waid(vcard string) string {
	_, after, ok := strings.Cut(vcard, "waid=")
	if !ok {
		return ""
	}
	digits, _, _ := strings.Cut(after, ":")
	return digits
}
