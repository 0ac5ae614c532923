package contact_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/contact"
	"recado/internal/message"
)

func with(peer message.Peer) contact.Contact {
	return contact.Contact{Peer: peer, Aliases: peer.Keys()}
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	hidden, phone := message.Peer{LID: "77"}, message.Peer{Phone: "549"}
	both := message.Peer{LID: "77", Phone: "549"}
	for name, c := range map[string]struct {
		peer  message.Peer
		known []contact.Contact
		want  contact.Resolution
	}{
		"nobody is known":                     {both, nil, contact.Resolution{Keep: -1, Absorb: -1, Claim: []string{"lid:77", "pn:549"}}},
		"known by its phone, now with a LID":  {both, []contact.Contact{with(phone)}, contact.Resolution{Keep: 0, Absorb: -1, Claim: []string{"lid:77"}}},
		"two contacts turn out to be one":     {both, []contact.Contact{with(hidden), with(phone)}, contact.Resolution{Keep: 0, Absorb: 1}},
		"the more recently active one stays":  {both, []contact.Contact{with(phone), with(hidden)}, contact.Resolution{Keep: 0, Absorb: 1}},
		"the number changed hands":            {both, []contact.Contact{with(hidden), with(message.Peer{LID: "88", Phone: "549"})}, contact.Resolution{Keep: 0, Absorb: -1, Claim: []string{"pn:549"}}},
		"a new person has a known number":     {both, []contact.Contact{with(message.Peer{LID: "88", Phone: "549"})}, contact.Resolution{Keep: -1, Absorb: -1, Claim: []string{"lid:77", "pn:549"}}},
		"both keys lead to the same contact":  {both, []contact.Contact{with(both)}, contact.Resolution{Keep: 0, Absorb: -1}},
		"a group has no other address":        {message.Peer{Group: "1203"}, []contact.Contact{with(message.Peer{Group: "1203"})}, contact.Resolution{Keep: 0, Absorb: -1}},
		"one key suffices to find the person": {phone, []contact.Contact{with(both)}, contact.Resolution{Keep: 0, Absorb: -1}},
	} {
		require.Equal(t, c.want, contact.Identify(c.peer, c.known), name)
	}
}

func TestObserveMergeRemoveAlias(t *testing.T) {
	t.Parallel()
	c, changed := with(message.Peer{LID: "77"}).Observe(message.Peer{LID: "77", Phone: "549"}, "Ana")
	require.True(t, changed)
	require.Equal(t, contact.Contact{Peer: message.Peer{LID: "77", Phone: "549"}, Aliases: []string{"lid:77", "pn:549"}, Name: "Ana"}, c)
	again, changed := c.Observe(message.Peer{Phone: "549"}, "")
	require.False(t, changed)
	require.Equal(t, c, again)

	other := contact.Contact{
		Peer: message.Peer{Phone: "111"}, Aliases: []string{"pn:111"}, Name: "Anita", Language: "es", Tags: []string{"vip"},
		Vars: map[string]any{"size": "L", "city": "Roma"},
	}
	c.Tags, c.Vars = []string{"new"}, map[string]any{"size": "M"}
	merged := c.Merge(other)
	require.Equal(t, contact.Contact{
		Peer: c.Peer, Aliases: []string{"lid:77", "pn:111", "pn:549"}, Name: "Ana", Language: "es", Tags: []string{"new", "vip"},
		Vars: map[string]any{"size": "M", "city": "Roma"},
	}, merged)

	lost := c.RemoveAlias("pn:549")
	require.Equal(t, message.Peer{LID: "77"}, lost.Peer)
	require.Equal(t, []string{"lid:77"}, lost.Aliases)
}
