package api

import "recado/internal/message"

// ShownContent is what a message of a history carries: everything that can be
// sent, and what only arrives.
type ShownContent struct {
	Kind     message.Kind      `json:"kind" enum:"text,image,video,audio,voice,document,sticker,location,contact,reaction,poll,vote,choice,edited,deleted,missed_call,unsupported" doc:"What it is, and which of the fields is set. unsupported: something that we cannot show."`
	Text     string            `json:"text,omitempty" doc:"Of text, choice (the label tapped) and edited (how it reads now)."`
	Media    *ShownMedia       `json:"media,omitempty"`
	Location *message.Location `json:"location,omitempty"`
	Contact  *message.Contact  `json:"contact,omitempty"`
	Reaction *message.Reaction `json:"reaction,omitempty"`
	Poll     *Poll             `json:"poll,omitempty"`
	Vote     *ShownVote        `json:"vote,omitempty"`
	Target   string            `json:"target,omitempty" doc:"Of edited and deleted: id of the message meant."`
	Video    bool              `json:"video,omitempty" doc:"Of missed_call: it was a video call."`
	Ad       string            `json:"ad,omitempty" doc:"Id of the ad that led the customer here."`
}

// ShownMedia is a file in a history; its bytes are not part of it.
type ShownMedia struct {
	MIME     string `json:"mime,omitempty"`
	Filename string `json:"filename,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Size     int64  `json:"size,omitempty" doc:"Bytes."`
	Seconds  int    `json:"seconds,omitempty" doc:"Length of a recording."`
	ViewOnce bool   `json:"viewOnce,omitempty" doc:"WhatsApp lets it be seen once."`
	Album    string `json:"album,omitempty" doc:"Photos of one album share it."`
	Asset    string `json:"asset,omitempty" doc:"Name that an upload returned."`
}

// ShownVote is a voter's present choice in a poll.
type ShownVote struct {
	Poll    string   `json:"poll" doc:"Id of the message with the poll."`
	Options []string `json:"options" nullable:"false" doc:"Labels; none when the vote was withdrawn."`
}

// toShownContent shows what the services know as the API does.
func toShownContent(c message.Content) ShownContent {
	out := ShownContent{
		Kind: c.Kind, Text: c.Text, Location: c.Location, Contact: c.Contact, Reaction: c.Reaction,
		Target: c.Target, Video: c.Video, Ad: c.Ad,
	}
	if m := c.Media; m != nil {
		out.Media = &ShownMedia{
			MIME: m.MIME, Filename: m.Filename, Caption: m.Caption, Size: m.Size, Seconds: m.Seconds,
			ViewOnce: m.ViewOnce, Album: m.Album, Asset: m.Asset,
		}
	}
	if p := c.Poll; p != nil {
		out.Poll = &Poll{Question: p.Question, Options: p.Options, Max: p.Max}
	}
	if v := c.Vote; v != nil {
		out.Vote = &ShownVote{Poll: v.Poll, Options: append([]string{}, v.Options...)}
	}
	return out
}
