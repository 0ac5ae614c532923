package conversation

import (
	"slices"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// ContactID names a contact within a shop: "ct_" and 20 lower-case base32 characters.
type ContactID string

// Contact is somebody who writes to the shop, or a group. WhatsApp may show
// the same person under a hidden id (LID), a phone number, or both; Aliases
// holds every key ever seen, see message.Peer.Keys.
type Contact struct {
	Shop      tenant.ShopID
	ID        ContactID
	Peer      message.Peer   // the present address
	Aliases   []string       // sorted
	Name      string         // as the contact calls themself
	Language  string         // BCP 47, empty when unknown
	Tags      []string       // sorted, no doubles
	Vars      map[string]any // contact-scope variables of flows: JSON values
	Fields    map[string]any // further facts: JSON values
	CreatedAt time.Time
}

// ContactPatch is a change of a contact, decided by a flow. Key makes it happen once.
type ContactPatch struct {
	Key        string
	AddTags    []string
	RemoveTags []string
	Vars       map[string]any // nil values delete
	Fields     map[string]any // nil values delete
	Language   string         // empty leaves it
}

// Apply returns c after p.
func (c Contact) Apply(p ContactPatch) Contact {
	after := engine.Contact{Language: c.Language, Tags: c.Tags, Vars: c.Vars, Fields: c.Fields}.Apply(&engine.ContactPatch{
		AddTags: p.AddTags, RemoveTags: p.RemoveTags, Vars: p.Vars, Fields: p.Fields, Language: p.Language,
	})
	c.Language, c.Tags, c.Vars, c.Fields = after.Language, after.Tags, after.Vars, after.Fields
	return c
}

// Identity says what to do with the contacts that a peer's keys lead to.
type Identity struct {
	Keep   int      // index of the contact that the peer is; -1 = a new one
	Absorb int      // index of the contact that turned out to be the same person; -1 = none
	Claim  []string // keys of the peer that Keep does not have yet; taken from whoever has them
}

// Identify decides who peer is among known, the contacts that have one of its
// keys. Two contacts are one person when a message shows both of their keys and
// at most one of them has a LID: a phone number can change hands, a LID cannot.
// The first of known is kept when two are merged, so callers put the one whose
// conversation moved last first.
func Identify(peer message.Peer, known []Contact) Identity {
	id := Identity{Keep: -1, Absorb: -1}
	for _, key := range peer.Keys() { // the strongest first
		i := slices.IndexFunc(known, func(c Contact) bool { return slices.Contains(c.Aliases, key) })
		switch {
		case i < 0:
			id.Claim = append(id.Claim, key)
		case id.Keep < 0 && !contradicts(known[i].Peer, peer):
			id.Keep = i
		case i == id.Keep:
		case id.Keep >= 0 && known[i].Peer.LID == "":
			id.Keep, id.Absorb = min(i, id.Keep), max(i, id.Keep)
		default:
			id.Claim = append(id.Claim, key)
		}
	}
	return id
}

// contradicts reports whether the contact at a is known to be somebody else than b.
func contradicts(a, b message.Peer) bool { return a.LID != "" && b.LID != "" && a.LID != b.LID }

// See returns c after a message of peer, who calls themself name, and whether
// anything changed.
func (c Contact) See(peer message.Peer, name string) (Contact, bool) {
	changed := false
	set := func(to *string, v string) {
		if v != "" && *to != v {
			*to, changed = v, true
		}
	}
	set(&c.Peer.LID, peer.LID)
	set(&c.Peer.Phone, peer.Phone)
	set(&c.Peer.Group, peer.Group)
	set(&c.Name, name)
	if aliases := union(c.Aliases, peer.Keys()); len(aliases) != len(c.Aliases) {
		c.Aliases, changed = aliases, true
	}
	return c, changed
}

// Merge returns c with what other knows; where both know something, c's stays.
func (c Contact) Merge(other Contact) Contact {
	c.Aliases = union(c.Aliases, other.Aliases)
	c.Tags = union(c.Tags, other.Tags)
	c.Peer.LID = first(c.Peer.LID, other.Peer.LID)
	c.Peer.Phone = first(c.Peer.Phone, other.Peer.Phone)
	c.Name = first(c.Name, other.Name)
	c.Language = first(c.Language, other.Language)
	facts := engine.Contact{Vars: other.Vars, Fields: other.Fields}.Apply(&engine.ContactPatch{Vars: c.Vars, Fields: c.Fields})
	c.Vars, c.Fields = facts.Vars, facts.Fields
	if other.CreatedAt.Before(c.CreatedAt) {
		c.CreatedAt = other.CreatedAt
	}
	return c
}

func union(a, b []string) []string {
	if len(b) == 0 {
		return a
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Lose returns c without a key that turned out to be somebody else's.
func (c Contact) Lose(key string) Contact {
	c.Aliases = slices.DeleteFunc(slices.Clone(c.Aliases), func(a string) bool { return a == key })
	lost, _ := message.PeerFromKey(key)
	if c.Peer.Phone == lost.Phone {
		c.Peer.Phone = ""
	}
	if c.Peer.LID == lost.LID {
		c.Peer.LID = ""
	}
	return c
}
