package api

import (
	"strings"

	"recado/internal/message"
)

// MessageContent is the content of a message to send: kind, and exactly one other field.
type MessageContent struct {
	Kind     message.Kind      `json:"kind,omitempty" doc:"text, image, video, audio, voice, document, sticker, location, contact, reaction or poll. Left out, it follows from the field that is set."`
	Text     string            `json:"text,omitempty" maxLength:"4096"`
	Media    *Media            `json:"media,omitempty"`
	Location *message.Location `json:"location,omitempty"`
	Contact  *message.Contact  `json:"contact,omitempty"`
	Reaction *message.Reaction `json:"reaction,omitempty"`
	Poll     *Poll             `json:"poll,omitempty"`
}

// Poll is a question with options.
type Poll struct {
	Question string   `json:"question" minLength:"1" maxLength:"255"`
	Options  []string `json:"options" minItems:"2" maxItems:"12" nullable:"false"`
	Max      int      `json:"max,omitempty" minimum:"0" maximum:"12" doc:"How many a voter may choose; 0 for any number."`
}

// Media is a file: inline (data) or uploaded before (asset).
type Media struct {
	MIME     string `json:"mime,omitempty" maxLength:"100" pattern:"^[a-zA-Z0-9.+-]+/[a-zA-Z0-9.+-]+(; ?codecs=[a-z0-9.]+)?$" patternDescription:"a media type" example:"image/jpeg"`
	Filename string `json:"filename,omitempty" maxLength:"255"`
	Caption  string `json:"caption,omitempty" maxLength:"1024"`
	Size     int64  `json:"size,omitempty" minimum:"0" doc:"Bytes."`
	Data     []byte `json:"data,omitempty" doc:"Base64, for small files; upload larger ones."`
	Asset    string `json:"asset,omitempty" maxLength:"200" doc:"Name that an upload returned."`
}

// content returns c as the services know it. What can be sent is theirs to say;
// here only the kind is settled.
func (c MessageContent) content() message.Content {
	out := message.Content{
		Kind: c.Kind, Text: c.Text, Location: c.Location, Contact: c.Contact, Reaction: c.Reaction,
	}
	if m := c.Media; m != nil {
		out.Media = &message.Media{MIME: m.MIME, Filename: m.Filename, Caption: m.Caption, Size: m.Size, Data: m.Data, Asset: m.Asset}
	}
	if p := c.Poll; p != nil {
		out.Poll = &message.Poll{Question: p.Question, Options: p.Options, Max: p.Max}
	}
	if out.Kind == "" {
		out.Kind = c.kind()
	}
	return out
}

func (c MessageContent) kind() message.Kind {
	switch {
	case c.Media != nil:
		return kindOfMedia(c.Media.MIME)
	case c.Location != nil:
		return message.LocationPin
	case c.Contact != nil:
		return message.ContactCard
	case c.Reaction != nil:
		return message.ReactionTo
	case c.Poll != nil:
		return message.PollKind
	}
	return message.Text
}

// kindOfMedia is how a file of that media type is shown.
func kindOfMedia(mime string) message.Kind {
	family, _, _ := strings.Cut(mime, "/")
	switch family {
	case "image":
		return message.Image
	case "video":
		return message.Video
	case "audio":
		return message.Audio
	}
	return message.Document
}

// check refuses content that cannot be sent, or that says two things at once.
func (c MessageContent) check() (message.Content, error) {
	set := 0
	for _, is := range []bool{c.Text != "", c.Media != nil, c.Location != nil, c.Contact != nil, c.Reaction != nil, c.Poll != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return message.Content{}, invalid("body", "exactly one of text, media, location, contact, reaction and poll")
	}
	if m := c.Media; m != nil && (len(m.Data) > 0) == (m.Asset != "") {
		return message.Content{}, invalid("body.media", "exactly one of data and asset")
	}
	out := c.content()
	return out, out.Validate()
}
