package wasim

import "time"

// Status is the delivery status of an own message.
type Status string

// The statuses, in order. Messages of others have none.
const (
	StatusSent      Status = "sent"
	StatusDelivered Status = "delivered"
	StatusRead      Status = "read"
)

func (s Status) rank() int {
	switch s {
	case StatusSent:
		return 1
	case StatusDelivered:
		return 2
	case StatusRead:
		return 3
	default:
		return 0
	}
}

// ScreenMessage is one message on a phone's screen.
type ScreenMessage struct {
	Seq    int64     `json:"seq"` // grows by one with each message of this phone
	ID     string    `json:"id"`
	FromMe bool      `json:"fromMe"`
	From   string    `json:"from"` // number of the author
	With   string    `json:"with"` // number of the other party
	Text   string    `json:"text"` // caption, name, question or emoji of other kinds
	Kind   Kind      `json:"kind"`
	At     time.Time `json:"at"`
	Status Status    `json:"status"` // of own messages, empty otherwise
	Copies int       `json:"copies"` // arrivals of this id, 1 when all is well
	Edited bool      `json:"edited,omitempty"`

	Media    *Media    `json:"media,omitempty"`
	Location *Location `json:"location,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	Poll     *Poll     `json:"poll,omitempty"`
	Target   string    `json:"target,omitempty"` // id that a reaction or vote is about
	Quote    string    `json:"quote,omitempty"`  // id of the message that this one answers

	secret []byte // that votes in this poll are encrypted with
}

// Problem is a message that a phone could not decrypt or open at once.
type Problem struct {
	ID        string    `json:"id"`
	From      string    `json:"from"` // JID of the device that sent it
	Reason    string    `json:"reason"`
	Detail    string    `json:"detail,omitempty"`
	Retries   int       `json:"retries"`   // how often the phone requested it again
	Recovered bool      `json:"recovered"` // it could be read in the end
	At        time.Time `json:"at"`
}

// The reasons of a Problem.
const (
	ReasonUsedKey          = "used_key"   // encrypted with a key that was used before: dropped, as phones do
	ReasonNoSession        = "no_session" // no session with the device, or none that fits
	ReasonBadData          = "bad_data"   // the plaintext is no message
	ReasonNoDeviceIdentity = "no_proof"   // a first message without a valid device-identity
	ReasonBadMedia         = "bad_media"  // its file cannot be fetched or opened
	ReasonPretended        = "pretended"  // injected by a fault
)

// screen holds the newest limit messages that a phone has rendered. It is not safe
// for concurrent use.
type screen struct {
	limit    int
	seq      int64
	messages []*ScreenMessage // by seq
	byID     map[string]*ScreenMessage
	early    map[string]Status // receipts that came before their message
	problems []*Problem
	open     map[string]*Problem // by id of the message
}

// maxProblems bounds the list of problems.
const maxProblems = 10_000

func newScreen(limit int) *screen {
	return &screen{limit: limit, byID: map[string]*ScreenMessage{}, early: map[string]Status{}, open: map[string]*Problem{}}
}

// add appends a message, or counts another copy of a known one.
func (s *screen) add(b ScreenMessage) (fresh bool) {
	if p := s.open[b.ID]; p != nil {
		p.Recovered = true
		delete(s.open, b.ID)
	}
	if known := s.byID[b.ID]; known != nil {
		known.Copies++
		return false
	}
	s.seq++
	b.Seq, b.Copies = s.seq, 1
	if b.FromMe {
		b.Status = StatusSent
		if st, ok := s.early[b.ID]; ok {
			b.Status = st
			delete(s.early, b.ID)
		}
	}
	s.messages = append(s.messages, &b)
	s.byID[b.ID] = &b
	if len(s.messages) > s.limit {
		delete(s.byID, s.messages[0].ID)
		s.messages[0] = nil
		s.messages = s.messages[1:]
	}
	return true
}

// countCopy counts another copy of a known message; false when it is not known.
func (s *screen) countCopy(id string) bool {
	b := s.byID[id]
	if b != nil {
		b.Copies++
	}
	return b != nil
}

// advance moves the status of own messages forward, never back.
func (s *screen) advance(id string, to Status) {
	b := s.byID[id]
	switch {
	case b == nil:
		if len(s.early) < 1024 {
			s.early[id] = to
		}
	case b.FromMe && b.Status.rank() < to.rank():
		b.Status = to
	}
}

// reportProblem records that a message could not be read; it returns its problem.
func (s *screen) reportProblem(id, from, reason, detail string, at time.Time) *Problem {
	if p := s.open[id]; p != nil {
		return p
	}
	p := &Problem{ID: id, From: from, Reason: reason, Detail: detail, At: at}
	if len(s.problems) < maxProblems {
		s.problems = append(s.problems, p)
		s.open[id] = p
	}
	return p
}

// since returns copies of the messages after seq, of one chat when with is not empty.
func (s *screen) since(with string, after int64) []ScreenMessage {
	out := []ScreenMessage{}
	if len(s.messages) == 0 {
		return out
	}
	from := max(0, after+1-s.messages[0].Seq)
	for _, b := range s.messages[min(from, int64(len(s.messages))):] {
		if with == "" || b.With == with {
			out = append(out, *b)
		}
	}
	return out
}
