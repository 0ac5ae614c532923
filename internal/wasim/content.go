package wasim

import "go.mau.fi/whatsmeow/proto/waE2E"

// Kind names the content of a message.
type Kind string

// The kinds. KindOther is a message that no row of contentKinds renders.
const (
	KindText     Kind = "text"
	KindImage    Kind = "image"
	KindVideo    Kind = "video"
	KindAudio    Kind = "audio"
	KindVoice    Kind = "voice"
	KindDocument Kind = "document"
	KindSticker  Kind = "sticker"
	KindLocation Kind = "location"
	KindContact  Kind = "contact"
	KindReaction Kind = "reaction"
	KindPoll     Kind = "poll"
	KindVote     Kind = "vote"
	KindAlbum    Kind = "album"
	KindDeleted  Kind = "deleted"
	KindOther    Kind = "other"
)

// Draft is a message that a phone's owner writes: exactly one of Text, Media, Location,
// Contact, Reaction, Poll, Vote, Album.
type Draft struct {
	To       string    `json:"to"`           // number of another phone
	ID       string    `json:"id,omitempty"` // chosen by the caller to repeat a message
	Text     string    `json:"text,omitempty"`
	Quote    string    `json:"quote,omitempty"` // id of the message that the text answers
	Media    *Media    `json:"media,omitempty"`
	Location *Location `json:"location,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	Reaction *Reaction `json:"reaction,omitempty"`
	Poll     *Poll     `json:"poll,omitempty"`
	Vote     *Vote     `json:"vote,omitempty"`
	Album    *Album    `json:"album,omitempty"`
	Ad       *Ad       `json:"ad,omitempty"` // with text: the owner tapped an ad
}

// contentKind is one kind of message: how an owner writes it and how a screen
// shows it. A new kind is a row of contentKinds and a file.
type contentKind struct {
	stanza  string                    // type of the stanza that carries it
	written func(*Draft) bool         // the draft is of this kind
	refuses func(*Draft) (why string) // why the draft is invalid, empty when it is not
	compose func(*phone, *Draft, *account) (*waE2E.Message, error)
	render  func(*phone, *ScreenMessage, *waE2E.Message) bool // false when the message is of another kind
}

var contentKinds = []contentKind{
	{"text", func(d *Draft) bool { return d.Text != "" }, refuseText, composeText, renderText},
	{"media", func(d *Draft) bool { return d.Media != nil }, refuseMedia, composeMedia, renderMedia},
	{"media", func(d *Draft) bool { return d.Location != nil }, nil, composeLocation, renderLocation},
	{"media", func(d *Draft) bool { return d.Contact != nil }, nil, composeContact, renderContact},
	{"reaction", func(d *Draft) bool { return d.Reaction != nil }, refuseReaction, composeReaction, renderReaction},
	{"poll", func(d *Draft) bool { return d.Poll != nil }, refusePoll, composePoll, renderPoll},
	{"poll", func(d *Draft) bool { return d.Vote != nil }, refuseVote, composeVote, renderVote},
	{"media", func(d *Draft) bool { return d.Album != nil }, refuseAlbum, composeAlbum, renderAlbum},
}

// kind is the only kind that the draft is of.
func (d *Draft) kind() (*contentKind, error) {
	var found *contentKind
	for i := range contentKinds {
		k := &contentKinds[i]
		if !k.written(d) {
			continue
		}
		if found != nil {
			return nil, errNotOneContent
		}
		found = k
	}
	switch {
	case found == nil:
		return nil, errNotOneContent
	case len(d.ID) > 128:
		return nil, invalid("invalid_message", "Field id has at most 128 bytes.")
	case d.Ad != nil && (d.Text == "" || d.Ad.ID == ""):
		return nil, invalid("invalid_message", "An ad has an id and comes with a text.")
	}
	if found.refuses != nil {
		if why := found.refuses(d); why != "" {
			return nil, invalid("invalid_message", why)
		}
	}
	return found, nil
}

var errNotOneContent = invalid("invalid_message", "A message has exactly one of text, media, location, contact, reaction, poll, vote, album.")

// compose turns a draft into the message to encrypt and the type of the stanza
// that carries it.
func (p *phone) compose(d *Draft, to *account) (m *waE2E.Message, stanza string, err error) {
	k, err := d.kind()
	if err != nil {
		return nil, "", err
	}
	m, err = k.compose(p, d, to)
	return m, k.stanza, err
}

// renderContent fills in the content of a screen message. The caller holds p.mu.
func (p *phone) renderContent(b *ScreenMessage, m *waE2E.Message) {
	for _, k := range contentKinds {
		if k.render(p, b, m) {
			return
		}
	}
	b.Kind = KindOther
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
