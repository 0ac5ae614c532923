package message_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"recado/internal/message"
)

// TestValidate says for every kind what can be sent, and which field is wrong
// where it cannot.
func TestValidate(t *testing.T) {
	t.Parallel()
	media := func(m message.Media) message.Content { return message.Content{Kind: message.Image, Media: &m} }
	at := func(lat, lon float64) message.Content {
		return message.Content{Kind: message.LocationPin, Location: &message.Location{Latitude: lat, Longitude: lon}}
	}
	poll := func(p message.Poll) message.Content { return message.Content{Kind: message.PollKind, Poll: &p} }
	for name, c := range map[string]struct {
		c    message.Content
		want string // in the refusal; "" is accepted
	}{
		"text":               {message.Content{Kind: message.Text, Text: "hola"}, ""},
		"longest text":       {message.Content{Kind: message.Text, Text: strings.Repeat("ñ", message.MaxText)}, ""},
		"too long":           {message.Content{Kind: message.Text, Text: strings.Repeat("ñ", message.MaxText+1)}, "text"},
		"no text":            {message.Content{Kind: message.Text}, "text"},
		"not UTF-8":          {message.Content{Kind: message.Text, Text: "\xff"}, "text"},
		"no kind":            {message.Content{Text: "hola"}, "kind"},
		"inline file":        {media(message.Media{Data: []byte("x")}), ""},
		"asset":              {media(message.Media{Asset: "carta.jpg", Caption: "menú"}), ""},
		"no file":            {media(message.Media{}), "media"},
		"media is missing":   {message.Content{Kind: message.Document}, "media"},
		"long caption":       {media(message.Media{Asset: "a", Caption: strings.Repeat("x", message.MaxCaption+1)}), "media.caption"},
		"long file name":     {media(message.Media{Asset: "a", Filename: strings.Repeat("x", message.MaxFilename+1)}), "media.filename"},
		"location":           {at(-90, 180), ""},
		"off the earth":      {at(91, 0), "location"},
		"round the earth":    {at(0, 181), "location"},
		"no location":        {message.Content{Kind: message.LocationPin}, "location"},
		"contact":            {message.Content{Kind: message.ContactCard, Contact: &message.Contact{Name: "Ana"}}, ""},
		"nameless contact":   {message.Content{Kind: message.ContactCard, Contact: &message.Contact{}}, "contact.name"},
		"no contact":         {message.Content{Kind: message.ContactCard}, "contact"},
		"reaction":           {message.Content{Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: "👍", Target: "X"}}, ""},
		"reaction withdrawn": {message.Content{Kind: message.ReactionTo, Reaction: &message.Reaction{Target: "X"}}, ""},
		"reaction to what":   {message.Content{Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: "👍"}}, "reaction.target"},
		"an essay":           {message.Content{Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: strings.Repeat("x", 17), Target: "X"}}, "reaction.emoji"},
		"poll":               {poll(message.Poll{Question: "¿?", Options: []string{"a", "b"}, Max: 2}), ""},
		"one option":         {poll(message.Poll{Question: "¿?", Options: []string{"a"}}), "poll.options"},
		"13 options":         {poll(message.Poll{Question: "¿?", Options: make([]string, 13)}), "poll.options"},
		"empty option":       {poll(message.Poll{Question: "¿?", Options: []string{"a", ""}}), "poll.options.1"},
		"no question":        {poll(message.Poll{Options: []string{"a", "b"}}), "poll.question"},
		"more than there is": {poll(message.Poll{Question: "¿?", Options: []string{"a", "b"}, Max: 3}), "poll.max"},
		"no poll":            {message.Content{Kind: message.PollKind}, "poll"},
		"an edit":            {message.Content{Kind: message.Edited, Text: "x"}, "kind"},
	} {
		err := c.c.Validate()
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.Is(err, message.ErrContent) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want one about %s", name, err, c.want)
		}
	}
}

// TestPeerKeys: each key of a peer leads back to that peer.
func TestPeerKeys(t *testing.T) {
	t.Parallel()
	for _, p := range []message.Peer{{LID: "77"}, {Phone: "549"}, {Group: "120"}} {
		keys := p.Keys()
		if got, ok := message.PeerFromKey(keys[0]); !ok || got != p || len(keys) != 1 {
			t.Errorf("%+v: %q leads to %+v, %v", p, keys, got, ok)
		}
	}
	if got := (message.Peer{LID: "77", Phone: "549"}).Keys(); !reflect.DeepEqual(got, []string{"lid:77", "pn:549"}) {
		t.Errorf("the strongest first: %q", got)
	}
	for _, key := range []string{"", "77", "lid:", "x:77"} {
		if p, ok := message.PeerFromKey(key); ok {
			t.Errorf("%q is %+v", key, p)
		}
	}
}

// FuzzContent: what is stored as JSON comes back as it was.
func FuzzContent(f *testing.F) {
	f.Add([]byte(`{"kind":"text","text":"hola"}`))
	f.Add([]byte(`{"kind":"image","media":{"data":"eA=="}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c, again message.Content
		if json.Unmarshal(b, &c) != nil {
			return
		}
		_ = c.Validate() // must not panic
		out, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatal(err)
		}
		third, _ := json.Marshal(again)
		if string(third) != string(out) {
			t.Errorf("%s became %s", out, third)
		}
	})
}
