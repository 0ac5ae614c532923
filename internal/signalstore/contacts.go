package signalstore

import (
	"context"
	"strings"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
)

// maxName bounds in bytes what a stranger can make us remember; WhatsApp's own limit for a name is 25 characters.
const maxName = 512

// contact is a record of KindContact: the JID is in it because the field may be hidden.
type contact struct {
	jid types.JID
	types.ContactInfo
}

func (c contact) encode() []byte {
	return newRecord(128).jid(c.jid).str(c.FirstName).str(c.FullName).
		str(c.PushName).str(c.BusinessName).str(c.RedactedPhone).buf
}

func decodeContact(it item) (contact, error) {
	r := openRecord(it.data)
	c := contact{jid: r.jid()}
	c.Found = true
	c.FirstName, c.FullName = r.str(), r.str()
	c.PushName, c.BusinessName, c.RedactedPhone = r.str(), r.str(), r.str()
	return c, r.err
}

func (s *stores) contact(ctx context.Context, u *unit, jid types.JID) (contact, error) {
	it, err := s.get(ctx, u, s.ref(kv.KindContact, jid.String()))
	if err != nil || it.data == nil {
		return contact{jid: jid}, err
	}
	c, err := decodeContact(it)
	return c, s.outcome("read contact", err)
}

// updateContact changes a contact and writes it, with a later apply, if change says that it did.
func (s *stores) updateContact(ctx context.Context, u *unit, jid types.JID, change func(c *contact) bool) error {
	c, err := s.contact(ctx, u, jid)
	if err == nil && change(&c) {
		u.putLater(s.ref(kv.KindContact, jid.String()), c.encode())
	}
	return err
}

// setName sets a name and reports whether it is new and what it was.
func setName(name *string, to string) (changed bool, previous string) {
	if to = bounded(to); *name == to {
		return false, ""
	}
	previous, *name = *name, to
	return true, previous
}

func bounded(name string) string {
	if len(name) <= maxName {
		return name
	}
	cut := maxName
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return strings.Clone(name[:cut])
}

// PutPushName notes the name a contact has given itself.
func (s *stores) PutPushName(ctx context.Context, user types.JID, pushName string) (changed bool, previous string, err error) {
	err = s.atomically(ctx, func(u *unit) error {
		return s.updateContact(ctx, u, user, func(c *contact) bool {
			changed, previous = setName(&c.PushName, pushName)
			return changed
		})
	})
	return changed, previous, err
}

// PutBusinessName notes the verified name of a business.
func (s *stores) PutBusinessName(ctx context.Context, user types.JID, businessName string) (changed bool, previous string, err error) {
	err = s.atomically(ctx, func(u *unit) error {
		return s.updateContact(ctx, u, user, func(c *contact) bool {
			changed, previous = setName(&c.BusinessName, businessName)
			return changed
		})
	})
	return changed, previous, err
}

// PutContactName notes the names from the phone's address book. The interface calls the second argument the full name,
// but its only caller passes the first name there.
func (s *stores) PutContactName(ctx context.Context, user types.JID, firstName, fullName string) error {
	return s.PutAllContactNames(ctx, []store.ContactEntry{{JID: user, FirstName: firstName, FullName: fullName}})
}

// PutAllContactNames notes many names; the last entry of a contact counts.
func (s *stores) PutAllContactNames(ctx context.Context, contacts []store.ContactEntry) error {
	ref := func(e store.ContactEntry) []kv.Ref { return []kv.Ref{s.ref(kv.KindContact, e.JID.String())} }
	return putMany(ctx, s, contacts, ref, func(u *unit, e store.ContactEntry) error {
		return s.updateContact(ctx, u, e.JID, func(c *contact) bool {
			first, _ := setName(&c.FirstName, e.FirstName)
			full, _ := setName(&c.FullName, e.FullName)
			return first || full
		})
	})
}

// PutManyRedactedPhones notes what is shown of the numbers of contacts who hide theirs.
func (s *stores) PutManyRedactedPhones(ctx context.Context, entries []store.RedactedPhoneEntry) error {
	ref := func(e store.RedactedPhoneEntry) []kv.Ref { return []kv.Ref{s.ref(kv.KindContact, e.JID.String())} }
	return putMany(ctx, s, entries, ref, func(u *unit, e store.RedactedPhoneEntry) error {
		return s.updateContact(ctx, u, e.JID, func(c *contact) bool {
			changed, _ := setName(&c.RedactedPhone, e.RedactedPhone)
			return changed
		})
	})
}

// GetContact returns what is known of a contact.
func (s *stores) GetContact(ctx context.Context, user types.JID) (types.ContactInfo, error) {
	c, err := s.contact(ctx, nil, user)
	return c.ContactInfo, err
}

// GetAllContacts returns what is known of all contacts.
func (s *stores) GetAllContacts(ctx context.Context) (map[types.JID]types.ContactInfo, error) {
	found, err := s.scan(ctx, nil, kv.Range{Kind: kv.KindContact})
	if err != nil {
		return nil, err
	}
	contacts := make(map[types.JID]types.ContactInfo, len(found))
	for _, it := range found {
		c, err := decodeContact(it)
		if err != nil {
			return nil, s.outcome("read contacts", err)
		}
		contacts[c.jid] = c.ContactInfo
	}
	return contacts, nil
}
