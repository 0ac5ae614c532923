// Package contact holds who writes to a shop: the identity that WhatsApp shows
// under several addresses, and what the shop's flows know about it. Its
// functions are pure; the stores keep the values.
package contact

import (
	"cmp"
	"crypto/rand"
	"encoding/base32"
	"slices"
	"strings"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
	"recado/internal/tenant"
)

// ID names a contact within a shop: "ct_" and 20 lower-case base32 characters.
type ID string

// NewID returns a random id.
func NewID() ID {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return ID("ct_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])))
}

// Contact is a person or a group that writes to the shop. WhatsApp may show the
// same person under a hidden id (LID), a phone number, or both; Aliases holds
// every key ever seen, see message.Peer.Keys.
type Contact struct {
	Shop      tenant.ShopID
	ID        ID
	Peer      message.Peer   // the present address
	Aliases   []string       // sorted
	Name      string         // the push name: chosen by the contact
	Language  string         // BCP 47, empty when unknown
	Tags      []string       // sorted, unique
	Vars      map[string]any // contact-scope variables of flows: JSON values
	Fields    map[string]any // further facts: JSON values
	CreatedAt time.Time
}

// Patch is a change of a contact that a flow decided. A store applies one Key once.
type Patch struct {
	Key        string
	AddTags    []string
	RemoveTags []string
	Vars       map[string]any // nil values delete
	Fields     map[string]any // nil values delete
	Language   string         // empty leaves it
}

// Apply returns c after p.
func (c Contact) Apply(p Patch) Contact {
	after := engine.Contact{Language: c.Language, Tags: c.Tags, Vars: c.Vars, Fields: c.Fields}.Apply(&engine.ContactPatch{
		AddTags: p.AddTags, RemoveTags: p.RemoveTags, Vars: p.Vars, Fields: p.Fields, Language: p.Language,
	})
	c.Language, c.Tags, c.Vars, c.Fields = after.Language, after.Tags, after.Vars, after.Fields
	return c
}

// Observe merges the addresses and the push name of an incoming message into c
// and reports whether anything changed.
func (c Contact) Observe(peer message.Peer, name string) (Contact, bool) {
	changed := false
	update := func(to *string, v string) {
		if v != "" && *to != v {
			*to, changed = v, true
		}
	}
	update(&c.Peer.LID, peer.LID)
	update(&c.Peer.Phone, peer.Phone)
	update(&c.Peer.Group, peer.Group)
	update(&c.Name, name)
	if aliases := union(c.Aliases, peer.Keys()); len(aliases) != len(c.Aliases) {
		c.Aliases, changed = aliases, true
	}
	return c, changed
}

// Merge returns c completed by other; where both know a fact, c's stays.
func (c Contact) Merge(other Contact) Contact {
	c.Aliases = union(c.Aliases, other.Aliases)
	c.Tags = union(c.Tags, other.Tags)
	c.Peer.LID = cmp.Or(c.Peer.LID, other.Peer.LID)
	c.Peer.Phone = cmp.Or(c.Peer.Phone, other.Peer.Phone)
	c.Name = cmp.Or(c.Name, other.Name)
	c.Language = cmp.Or(c.Language, other.Language)
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

// RemoveAlias returns c without a key that turned out to be another contact's.
func (c Contact) RemoveAlias(key string) Contact {
	c.Aliases = slices.DeleteFunc(slices.Clone(c.Aliases), func(a string) bool { return a == key })
	removed, _ := message.PeerFromKey(key)
	if c.Peer.Phone == removed.Phone {
		c.Peer.Phone = ""
	}
	if c.Peer.LID == removed.LID {
		c.Peer.LID = ""
	}
	return c
}
