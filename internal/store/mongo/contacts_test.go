package mongo

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/contact"
	"recado/internal/message"
)

// TestContactsOfOtherProcesses: what another process makes of a contact is what the
// next message finds, however well this one knows the customer; and of one that was
// killed before it told so, a minute later.
func TestContactsOfOtherProcesses(t *testing.T) {
	t.Parallel()
	const shop = "a"
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ana := message.Peer{LID: "7001", Phone: "5491100000001"}
	uri := server.Database(t)
	s, other := open(t, uri), open(t, uri)
	now := noon
	s.now = func() time.Time { return now }
	hears := func(s *Store, id, name string) contact.Contact {
		a, err := s.Append(t.Context(), message.In{
			Shop: shop, Channel: message.WhatsAppBaileys, ID: id, Chat: ana, Sender: ana, Name: name, At: noon,
			Content: message.Content{Kind: message.Text, Text: id},
		})
		require.NoError(t, err)
		require.True(t, a.Fresh)
		return a.Contact
	}
	id := hears(s, "M0", "Ana").ID
	tag := func(name string) error {
		return other.patchContact(t.Context(), shop, id, contact.Patch{Key: "K" + name, AddTags: []string{name}})
	}
	for i := range 3 {
		require.Len(t, hears(s, fmt.Sprint("M", i, "a"), "Ana").Tags, i)
		require.NoError(t, tag(fmt.Sprint("t", i)))
	}
	require.Equal(t, []string{"t0", "t1", "t2"}, hears(s, "M3", "Ana").Tags)
	require.Equal(t, "Ana María", hears(other, "M4", "Ana María").Name)
	require.Equal(t, "Ana María", hears(s, "M5", "Ana María").Name)

	d, err := other.readContact(t.Context(), shop, id)
	require.NoError(t, err)
	d.Tags = append(d.Tags, "silent")
	_, err = other.db.contacts.ReplaceOne(t.Context(), obj("_id", d.Key), d)
	require.NoError(t, err)
	require.NotContains(t, hears(s, "M6", "Ana María").Tags, "silent", "nobody told")
	now = now.Add(time.Minute)
	require.Contains(t, hears(s, "M7", "Ana María").Tags, "silent")
}
