package encrypted_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/conversation/encrypted"
	"recado/internal/message"
	"recado/internal/vault/vaulttest"
)

// roundTrip is what becomes of a content, and of its preview, in a store that
// sees them sealed.
func roundTrip(t *testing.T, store *encrypted.Store, c message.Content) {
	t.Helper()
	in := message.In{Shop: shop, Channel: web, ID: "M1", Chat: message.Peer{Phone: "1"}, At: noon, Content: c}
	a, err := store.Append(t.Context(), in)
	require.NoError(t, err)
	want := c
	want.Sealed = ""
	if c.Media != nil { // history is without inline data
		media := *c.Media
		media.Data = nil
		want.Media = &media
	}
	require.Equal(t, want, a.Message.Content)
	require.Equal(t, conversation.PreviewOf("M1", conversation.Incoming, want, noon), a.Conversation.Last)
}

func TestContentsAndPreviews(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]message.Content{
		"text":                  {Kind: message.Text, Text: "hola"},
		"no text":               {Kind: message.Text},
		"120 characters":        {Kind: message.Text, Text: strings.Repeat("ñ", 120)},
		"121 characters":        {Kind: message.Text, Text: strings.Repeat("ñ", 121)},
		"long":                  {Kind: message.Text, Text: strings.Repeat("🌮 dos ", 700)},
		"looks sealed":          {Kind: message.Text, Text: "s1.AAAA"},
		"claims to be sealed":   {Kind: message.Text, Text: "hola", Sealed: "s1.AAAA"},
		"caption":               {Kind: message.Image, Media: &message.Media{MIME: "image/png", Caption: strings.Repeat("x", 300), Data: []byte{1}}},
		"file name":             {Kind: message.Document, Media: &message.Media{Filename: "factura.pdf", Ref: []byte{0, 255}}},
		"location":              {Kind: message.LocationPin, Location: &message.Location{Latitude: 19.4, Longitude: -99.1, Name: "aquí"}},
		"reaction":              {Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: "👍", Target: "OUT1"}},
		"edited":                {Kind: message.Edited, Text: "quise decir", Target: "M0"},
		"deleted":               {Kind: message.Deleted, Target: "M0"},
		"poll":                  {Kind: message.PollKind, Poll: &message.Poll{Question: "¿?", Options: []string{"a", "b"}}},
		"what we do not know":   {Kind: message.Unsupported},
		"choice with its label": {Kind: message.ChoiceKind, Choice: "o1", Text: "Pastor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			roundTrip(t, encrypted.New(&mirror{}, vaulttest.New(t)), c)
		})
	}
}

func FuzzContent(f *testing.F) {
	store := encrypted.New(&mirror{}, vaulttest.New(f))
	f.Add("text", "hola", "")
	f.Add("image", "", "\x00é")
	f.Add("", "t", "j")
	f.Fuzz(func(t *testing.T, kind, text, caption string) {
		c := message.Content{Kind: message.Kind(kind), Text: text}
		if caption != "" {
			c.Media = &message.Media{Caption: caption}
		}
		doc, err := json.Marshal(c) // as every store keeps it: text that is not UTF-8 changes
		require.NoError(t, err)
		c = message.Content{}
		require.NoError(t, json.Unmarshal(doc, &c))
		roundTrip(t, store, c)
	})
}

// A known contact's name looks the same with every message: a store that
// compares must find nothing to write.
func TestWhatIsComparedLooksTheSame(t *testing.T) {
	t.Parallel()
	inner := &mirror{}
	store := encrypted.New(inner, vaulttest.New(t))
	var seen []contact.Contact
	for _, id := range []string{"M1", "M2"} {
		_, err := store.Append(t.Context(), message.In{
			Shop: shop, ID: id, Chat: message.Peer{LID: "7", Phone: "549"}, Name: "Ana", At: noon, Content: message.Content{Kind: message.Text, Text: "hola"},
		})
		require.NoError(t, err)
		seen = append(seen, inner.contact)
	}
	require.Equal(t, seen[0], seen[1])
	_, changed := seen[0].Observe(seen[1].Peer, seen[1].Name)
	require.False(t, changed)
}
