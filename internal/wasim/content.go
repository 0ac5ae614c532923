package wasim

import (
	"encoding/base64"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// Kind names what a bubble holds.
type Kind string

// The kinds. KindOther is what a phone received and has no picture of.
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

// Draft is what a phone's owner writes: exactly one of Text, Media, Location,
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

// Media is a file. In a Draft, Data is its content, a small sample when empty.
// On a screen Data is left out and Bytes and SHA256 describe what was opened.
type Media struct {
	Kind     Kind   `json:"kind"` // image, video, audio, voice, document or sticker
	MIME     string `json:"mime,omitempty"`
	Filename string `json:"filename,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Data     []byte `json:"data,omitempty"`  // base64 in JSON
	Album    string `json:"album,omitempty"` // id of the album that it belongs to
	Bytes    int    `json:"bytes,omitempty"`
	SHA256   string `json:"sha256,omitempty"` // hex
}

// Location is a place, in degrees.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Contact is a card of one person.
type Contact struct {
	Name   string `json:"name"`
	Number string `json:"number"`
}

// Reaction is an emoji on an earlier message; an empty one takes it back.
type Reaction struct {
	ID    string `json:"id"`
	Emoji string `json:"emoji"`
}

// Poll is a question with options.
type Poll struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
	Multiple bool     `json:"multiple,omitempty"`
}

// Vote is a choice in a poll that is on the phone's screen; no options take it back.
type Vote struct {
	ID      string   `json:"id"` // of the poll
	Options []string `json:"options"`
}

// Album announces photos that follow as media of this message's id.
type Album struct {
	Images int `json:"images"`
}

// Ad is where a message came from.
type Ad struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
	URL   string `json:"url,omitempty"`
}

const (
	maxText  = 65_536
	maxMedia = 16 << 20
)

// check refuses a draft that is no message.
func (d *Draft) check() error {
	given := 0
	for _, is := range []bool{d.Text != "", d.Media != nil, d.Location != nil, d.Contact != nil, d.Reaction != nil, d.Poll != nil, d.Vote != nil, d.Album != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return invalid("invalid_message", "A message has exactly one of text, media, location, contact, reaction, poll, vote, album.")
	case len(d.Text) > maxText:
		return invalid("invalid_message", fmt.Sprintf("Field text has at most %d bytes.", maxText))
	case len(d.ID) > 128:
		return invalid("invalid_message", "Field id has at most 128 bytes.")
	case d.Media != nil && len(d.Media.Data) > maxMedia:
		return invalid("invalid_message", fmt.Sprintf("Field media.data has at most %d bytes.", maxMedia))
	case d.Reaction != nil && d.Reaction.ID == "":
		return invalid("invalid_message", "Field reaction.id names the message that the reaction is about.")
	case d.Poll != nil && (d.Poll.Question == "" || len(d.Poll.Options) < 2 || len(d.Poll.Options) > 12):
		return invalid("invalid_message", "A poll has a question and 2 to 12 options.")
	case d.Vote != nil && d.Vote.ID == "":
		return invalid("invalid_message", "Field vote.id names the poll.")
	case d.Album != nil && d.Album.Images < 2:
		return invalid("invalid_message", "An album has at least two images.")
	case d.Ad != nil && (d.Text == "" || d.Ad.ID == ""):
		return invalid("invalid_message", "An ad has an id and comes with a text.")
	default:
		return nil
	}
}

// compose turns a draft into the message that is encrypted and the type of the
// stanza that carries it.
func (p *phone) compose(d *Draft, to *account) (*waE2E.Message, string, error) {
	s := p.srv
	if err := d.check(); err != nil {
		return nil, "", err
	}
	switch {
	case d.Media != nil:
		m, err := s.attach(d.Media)
		if err == nil && d.Media.Album != "" {
			m.MessageContextInfo = &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
				AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(), ParentMessageKey: s.key(d.Media.Album, to),
			}}
		}
		return m, "media", err
	case d.Album != nil:
		return &waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: new(uint32(d.Album.Images))}}, "media", nil
	case d.Location != nil:
		return &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
			DegreesLatitude: &d.Location.Latitude, DegreesLongitude: &d.Location.Longitude,
			Name: nonEmpty(d.Location.Name), Address: nonEmpty(d.Location.Address),
		}}, "media", nil
	case d.Contact != nil:
		return &waE2E.Message{ContactMessage: &waE2E.ContactMessage{
			DisplayName: &d.Contact.Name,
			Vcard:       new(fmt.Sprintf("BEGIN:VCARD\nVERSION:3.0\nFN:%[1]s\nTEL;type=CELL;waid=%[2]s:+%[2]s\nEND:VCARD", d.Contact.Name, d.Contact.Number)),
		}}, "media", nil
	case d.Reaction != nil:
		return &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
			Key:               s.key(d.Reaction.ID, to),
			Text:              &d.Reaction.Emoji,
			SenderTimestampMS: new(s.o.Now().UnixMilli()),
		}}, "reaction", nil
	case d.Poll != nil:
		return poll(d.Poll), "poll", nil
	case d.Vote != nil:
		m, err := p.vote(d.Vote, to)
		return m, "poll", err
	case d.Ad != nil:
		return fromAd(d.Text, d.Ad), "text", nil
	case d.Quote != "":
		return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
			Text:        &d.Text,
			ContextInfo: &waE2E.ContextInfo{StanzaID: &d.Quote, Participant: new(to.jid(ByLID, 0).String())},
		}}, "text", nil
	default:
		return &waE2E.Message{Conversation: &d.Text}, "text", nil
	}
}

// key names an earlier message of the chat with somebody, as seen by the writer.
func (s *Server) key(id string, to *account) *waCommon.MessageKey {
	to.phone.mu.Lock()
	b := to.phone.screen.byID[id]
	theirs := b != nil && b.FromMe
	to.phone.mu.Unlock()
	return &waCommon.MessageKey{ID: &id, RemoteJID: new(to.jid(ByLID, 0).String()), FromMe: new(!theirs)}
}

func poll(p *Poll) *waE2E.Message {
	secret := make([]byte, 32)
	fill(secret)
	m := &waE2E.PollCreationMessage{Name: &p.Question, SelectableOptionsCount: proto.Uint32(1)}
	if p.Multiple {
		m.SelectableOptionsCount = proto.Uint32(0)
	}
	for _, o := range p.Options {
		m.Options = append(m.Options, &waE2E.PollCreationMessage_Option{OptionName: new(o)})
	}
	return &waE2E.Message{PollCreationMessage: m, MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: secret}}
}

// fromAd is the first message of who tapped an ad.
func fromAd(text string, ad *Ad) *waE2E.Message {
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: &text,
		ContextInfo: &waE2E.ContextInfo{
			EntryPointConversionSource: new("ctwa_ad"),
			ExternalAdReply: &waE2E.ContextInfo_ExternalAdReplyInfo{
				SourceType: new("ad"), SourceID: &ad.ID, Title: nonEmpty(ad.Title), SourceURL: nonEmpty(ad.URL), ShowAdAttribution: new(true),
			},
		},
	}}
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// sample is a file to send where the caller gave none: one transparent pixel for
// pictures, a line of text for the rest.
func sample(k Kind) (data []byte, mime string) {
	switch k {
	case KindImage, KindSticker:
		pixel, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
		if err != nil {
			panic(err) // a constant
		}
		return pixel, "image/png"
	case KindVideo:
		return []byte("a sample video"), "video/mp4"
	case KindAudio:
		return []byte("a sample of sound"), "audio/mpeg"
	case KindVoice:
		return []byte("a sample of speech"), "audio/ogg; codecs=opus"
	default:
		return []byte("A sample document.\n"), "text/plain"
	}
}
