package message

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Kind names what a message carries; exactly the field of that name is set in Content.
type Kind string

// What a message can carry. Deleted and Edited speak of an earlier message,
// MissedCall of a call that was not answered, Unsupported of something that arrived
// and that we cannot show.
const (
	Text        Kind = "text"
	Image       Kind = "image"
	Video       Kind = "video"
	Audio       Kind = "audio"
	Voice       Kind = "voice"
	Document    Kind = "document"
	Sticker     Kind = "sticker"
	LocationPin Kind = "location"
	ContactCard Kind = "contact"
	ReactionTo  Kind = "reaction"
	PollKind    Kind = "poll"
	VoteKind    Kind = "vote"
	ChoiceKind  Kind = "choice"
	Edited      Kind = "edited"
	Deleted     Kind = "deleted"
	MissedCall  Kind = "missed_call"
	Unsupported Kind = "unsupported"
)

// Content is the body of a message: a sum type by Kind. It is
// stored as JSON, so its field names are part of the record format.
type Content struct {
	Kind     Kind      `json:"kind"`
	Text     string    `json:"text,omitempty"` // Text and Edited; the typed label of a Choice
	Media    *Media    `json:"media,omitempty"`
	Location *Location `json:"location,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	Reaction *Reaction `json:"reaction,omitempty"`
	Poll     *Poll     `json:"poll,omitempty"`
	Vote     *Vote     `json:"vote,omitempty"`
	Choice   string    `json:"choice,omitempty"` // ChoiceKind: id of the tapped button or row
	Target   string    `json:"target,omitempty"` // Edited, Deleted: id of the message meant
	Video    bool      `json:"video,omitempty"`  // MissedCall: it was a video call

	// What came with it, whatever Kind.
	Ad        string `json:"ad,omitempty"`        // id of the ad that led the customer here
	Mentioned bool   `json:"mentioned,omitempty"` // in a group: the shop was addressed

	// Sealed is all of it but Kind while a record store has it, encrypted; empty everywhere else. Text is then empty, or
	// the encrypted preview.
	Sealed string `json:"sealed,omitempty"`
}

// Media describes a file. In a received message Ref says where the channel can
// fetch it (opaque to others); in one to send, Asset or URL or Data do.
type Media struct {
	MIME     string `json:"mime,omitempty"`
	Filename string `json:"filename,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Size     int64  `json:"size,omitempty"` // bytes, 0 when unknown
	Seconds  int    `json:"seconds,omitempty"`
	SHA256   []byte `json:"sha256,omitempty"`
	Ref      []byte `json:"ref,omitempty"`
	Asset    string `json:"asset,omitempty"` // name of a file in the shop's asset store
	URL      string `json:"url,omitempty"`
	Data     []byte `json:"data,omitempty"` // small files given inline over REST
	Animated bool   `json:"animated,omitempty"`
	ViewOnce bool   `json:"viewOnce,omitempty"`
	Album    string `json:"album,omitempty"` // id of the album a photo belongs to
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Wave     []byte `json:"wave,omitempty"`
	Pages    int    `json:"pages,omitempty"`
}

// Location is a point on earth in degrees (WGS 84).
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Contact is a contact card.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"` // digits, no plus
	VCard string `json:"vcard,omitempty"`
}

// Reaction is an emoji on the message Target; an empty Emoji takes it back.
type Reaction struct {
	Emoji  string `json:"emoji"`
	Target string `json:"target"`
	FromMe bool   `json:"fromMe,omitempty"` // the target was written by us
}

// Poll is a question with options; Max is how many a voter may choose, 0 for any number.
type Poll struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
	Max      int      `json:"max,omitempty"`
}

// Vote is a voter's present choice in the poll Poll: labels, empty when withdrawn.
type Vote struct {
	Poll    string   `json:"poll"`
	Options []string `json:"options"`
}

// Limits of what can be sent, in characters (runes) where they speak of text.
const (
	MaxText     = 4096
	MaxCaption  = 1024
	MaxFilename = 255
)

// ErrContent is what Validate's refusals wrap.
var ErrContent = errors.New("invalid content")

// Validate refuses content that cannot be sent, naming the field.
func (c Content) Validate() error {
	switch c.Kind {
	case Text:
		return length("text", c.Text, 1, MaxText)
	case Image, Video, Audio, Voice, Document, Sticker:
		return c.Media.validate()
	case LocationPin:
		if c.Location == nil {
			return fmt.Errorf("%w: location is missing", ErrContent)
		}
		if l := c.Location; !(l.Latitude >= -90 && l.Latitude <= 90 && l.Longitude >= -180 && l.Longitude <= 180) {
			return fmt.Errorf("%w: location: latitude is -90 to 90, longitude -180 to 180", ErrContent)
		}
		return nil
	case ContactCard:
		if c.Contact == nil {
			return fmt.Errorf("%w: contact is missing", ErrContent)
		}
		return length("contact.name", c.Contact.Name, 1, 200)
	case ReactionTo:
		if c.Reaction == nil || c.Reaction.Target == "" {
			return fmt.Errorf("%w: reaction.target is missing", ErrContent)
		}
		return length("reaction.emoji", c.Reaction.Emoji, 0, 16)
	case PollKind:
		return c.Poll.validate()
	}
	return fmt.Errorf("%w: kind %q cannot be sent", ErrContent, string(c.Kind))
}

func (m *Media) validate() error {
	if m == nil {
		return fmt.Errorf("%w: media is missing", ErrContent)
	}
	if len(m.Data) == 0 && m.URL == "" && m.Asset == "" {
		return fmt.Errorf("%w: media needs data, url or asset", ErrContent)
	}
	if err := length("media.caption", m.Caption, 0, MaxCaption); err != nil {
		return err
	}
	return length("media.filename", m.Filename, 0, MaxFilename)
}

func (p *Poll) validate() error {
	if p == nil {
		return fmt.Errorf("%w: poll is missing", ErrContent)
	}
	if err := length("poll.question", p.Question, 1, 255); err != nil {
		return err
	}
	if len(p.Options) < 2 || len(p.Options) > 12 {
		return fmt.Errorf("%w: poll.options: 2 to 12 options", ErrContent)
	}
	if p.Max < 0 || p.Max > len(p.Options) {
		return fmt.Errorf("%w: poll.max: 0 to the number of options", ErrContent)
	}
	for i, o := range p.Options {
		if err := length(fmt.Sprintf("poll.options.%d", i), o, 1, 100); err != nil {
			return err
		}
	}
	return nil
}

func length(field, s string, lo, hi int) error {
	if n := utf8.RuneCountInString(s); n < lo || n > hi {
		return fmt.Errorf("%w: %s: %d to %d characters, has %d", ErrContent, field, lo, hi, n)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("%w: %s: not valid UTF-8", ErrContent, field)
	}
	return nil
}
