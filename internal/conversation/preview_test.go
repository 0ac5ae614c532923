package conversation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/message"
)

// A list shows of each message what it says beside its kind, in one line.
func TestPreviews(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]message.Content{
		"hola":                         {Kind: message.Text, Text: "hola"},
		"la carta":                     {Kind: message.Image, Media: &message.Media{Caption: "la carta", Filename: "c.jpg"}},
		"menu.pdf":                     {Kind: message.Document, Media: &message.Media{Filename: "menu.pdf"}},
		"Tacos Lupita":                 {Kind: message.LocationPin, Location: &message.Location{Name: "Tacos Lupita", Address: "Roma 1"}},
		"Roma 1":                       {Kind: message.LocationPin, Location: &message.Location{Address: "Roma 1"}},
		"Beto":                         {Kind: message.ContactCard, Contact: &message.Contact{Name: "Beto", Phone: "52155"}},
		"¿Cuándo?":                     {Kind: message.PollKind, Poll: &message.Poll{Question: "¿Cuándo?", Options: []string{"hoy"}}},
		"hoy, mañana":                  {Kind: message.VoteKind, Vote: &message.Vote{Poll: "P", Options: []string{"hoy", "mañana"}}},
		"👍":                            {Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: "👍", Target: "M"}},
		"":                             {Kind: message.MissedCall},
		strings.Repeat("ñ", 119) + "…": {Kind: message.Text, Text: strings.Repeat("ñ", 500)},
	} {
		p := conversation.PreviewOf("M1", conversation.Incoming, c, time.Time{})
		require.Equal(t, want, p.Text)
		require.Equal(t, c.Kind, p.Kind)
	}
}
