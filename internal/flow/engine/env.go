package engine

import (
	"strings"
	"time"
	"unicode"

	"recado/internal/flow/hours"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Env is a snapshot of the moment of a step. The engine reads it and never
// keeps it; secrets are not in it, flows know them by name only.
type Env struct {
	Now          time.Time
	Conversation string // id within the shop; part of every effect's key
	Shop         Shop
	Contact      Contact
	Caps         Caps
}

// zone returns the shop's time zone, UTC when it has none.
func (e *Env) zone() *time.Location {
	if e.Shop.Zone == nil {
		return time.UTC
	}
	return e.Shop.Zone
}

// Shop is the part of a shop that a flow may read.
type Shop struct {
	ID         tenant.ShopID
	Name       string
	Phone      string // digits
	Country    string // ISO 3166-1 alpha-2; "" = from the flow's locale
	Currency   string // ISO 4217; "" = from the locale's country
	Zone       *time.Location
	Hours      *hours.Calendar            // nil = always open
	Calendars  map[string]*hours.Calendar // further calendars by name
	QuietHours QuietHours
	// HumanQuiet is how long after the last message that a person of the shop
	// wrote the flow stays silent; 0 = DefaultHumanQuiet.
	HumanQuiet time.Duration
}

// DefaultHumanQuiet keeps the bot from talking into a chat that the owner holds.
const DefaultHumanQuiet = 4 * time.Hour

// QuietHours are the hours in which no reminder is sent, as minutes
// since midnight in the shop's zone; From == To means none. From may be after To.
type QuietHours struct {
	From int `json:"from,omitempty"`
	To   int `json:"to,omitempty"`
}

// Contact is the part of a customer that a flow may read.
type Contact struct {
	Name     string // as the customer calls themself on WhatsApp
	Phone    string // digits; may be empty
	Language string // BCP 47; "" = the flow's
	Tags     []string
	Vars     map[string]any // contact-scope variables: JSON values
	Fields   map[string]any // further fields: JSON values
}

// FirstName returns the first word of the name that has letters, "" when there is none.
func (c Contact) FirstName() string {
	for w := range strings.FieldsSeq(c.Name) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) })
		if w != "" {
			return w
		}
	}
	return ""
}

// Caps are the capabilities of the conversation's channel.
type Caps struct {
	Channel message.ChannelType
	Polls   bool          // polls arrive and their votes can be read
	Buttons bool          // up to 3 reply buttons
	Lists   bool          // a list of up to 10 rows
	Window  time.Duration // free text is allowed this long after the customer's last message; 0 = always
}

// CapsOf returns the capabilities that every channel of a type has. Polls,
// buttons and lists are for a caller to add that sends Send.Render.
func CapsOf(t message.ChannelType) Caps {
	if t == message.WhatsAppCloud {
		return Caps{Channel: t, Window: 24 * time.Hour}
	}
	return Caps{Channel: t}
}
