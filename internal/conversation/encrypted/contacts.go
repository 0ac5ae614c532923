package encrypted

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"recado/internal/contact"
	"recado/internal/message"
	"recado/internal/vault"
)

// Kinds of tokens and values about people. They are stored.
const (
	kindLID   = "lid"
	kindPhone = "phone"
	kindGroup = "group"
	kindName  = "name"
	kindTag   = "tag"
	kindVar   = "variable" // the field is its name
	kindField = "field"    // likewise
)

func (b *codec) sealPeer(p message.Peer) message.Peer {
	return message.Peer{LID: b.sealToken(kindLID, p.LID), Phone: b.sealToken(kindPhone, p.Phone), Group: b.sealToken(kindGroup, p.Group)}
}

func (b *codec) openPeer(p message.Peer) message.Peer {
	return message.Peer{LID: b.openToken(kindLID, p.LID), Phone: b.openToken(kindPhone, p.Phone), Group: b.openToken(kindGroup, p.Group)}
}

// openAlias opens one of message.Peer.Keys.
func (b *codec) openAlias(key string) string {
	p, ok := message.PeerFromKey(key)
	if !ok {
		b.fail(fmt.Errorf("%w: alias", vault.ErrCorrupt))
		return ""
	}
	return strings.Join(b.openPeer(p).Keys(), "")
}

func (b *codec) openContact(c contact.Contact) contact.Contact {
	c.Peer, c.Name = b.openPeer(c.Peer), b.openToken(kindName, c.Name)
	c.Aliases = sorted(mapSlice(c.Aliases, b.openAlias))
	c.Tags = sorted(mapSlice(c.Tags, func(t string) string { return b.openToken(kindTag, t) }))
	c.Vars, c.Fields = b.openFacts(kindVar, c.Vars), b.openFacts(kindField, c.Fields)
	return c
}

// sorted restores the order that the tokens have changed.
func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func (b *codec) sealPatch(p contact.Patch) contact.Patch {
	tag := func(t string) string { return b.sealToken(kindTag, t) }
	p.AddTags, p.RemoveTags = mapSlice(p.AddTags, tag), mapSlice(p.RemoveTags, tag)
	p.Vars, p.Fields = b.sealFacts(kindVar, p.Vars), b.sealFacts(kindField, p.Fields)
	return p
}

// sealFacts seals the values; their names stay, and so does nil, which deletes.
func (b *codec) sealFacts(kind string, facts map[string]any) map[string]any {
	facts = maps.Clone(facts)
	for name, v := range facts {
		if v == nil {
			continue
		}
		doc, err := json.Marshal(v)
		if err != nil {
			b.fail(fmt.Errorf("write %s %s: %w", kind, name, err))
		}
		facts[name] = b.seal(kind, name, string(doc))
	}
	return facts
}

func (b *codec) openFacts(kind string, facts map[string]any) map[string]any {
	facts = maps.Clone(facts)
	for name, v := range facts {
		s, _ := v.(string) // anything else does not open
		doc := b.open(kind, name, s)
		if b.err != nil {
			return nil
		}
		var value any
		if err := json.Unmarshal([]byte(doc), &value); err != nil {
			b.fail(fmt.Errorf("%w: %s: %w", vault.ErrCorrupt, kind, err))
		}
		facts[name] = value
	}
	return facts
}
