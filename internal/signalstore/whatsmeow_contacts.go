package signalstore

import (
	"context"
	"strings"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/record"
	"recado/internal/signalstore/txn"
)

// contactStore implements store.ContactStore.
type contactStore struct{ *values }

// maxName bounds, in bytes, the names that strangers choose; WhatsApp's own limit for a name is 25 characters.
const maxName = 512

// contact is a record of KindContact: the JID is in it because the field may be hidden.
type contact struct {
	jid types.JID
	types.ContactInfo
}

func (c contact) encode() []byte {
	return record.New(128).JID(c.jid).Str(c.FirstName).Str(c.FullName).
		Str(c.PushName).Str(c.BusinessName).Str(c.RedactedPhone).Done()
}

func decodeContact(data []byte) (contact, error) {
	r := record.Open(data)
	c := contact{jid: r.JID()}
	c.Found = true
	c.FirstName, c.FullName = r.Str(), r.Str()
	c.PushName, c.BusinessName, c.RedactedPhone = r.Str(), r.Str(), r.Str()
	return c, r.Err()
}

func (s *contactStore) contactRef(jid types.JID) kv.Ref { return s.ref(kv.KindContact, jid.String()) }

// update sets one of a contact's names, writes the contact with a later apply, and returns the previous name when it was
// another one.
func (s *contactStore) update(
	ctx context.Context, t *txn.Txn, jid types.JID, set func(c *contact) (changed bool, previous string),
) (changed bool, previous string, err error) {
	c, _, err := get(ctx, s.values, t, s.contactRef(jid), decodeContact)
	if err != nil {
		return false, "", err
	}
	c.jid = jid
	if changed, previous = set(&c); changed {
		t.PutLater(s.contactRef(jid), c.encode())
	}
	return changed, previous, nil
}

// setName sets a name and returns whether it is new, and the previous one.
func setName(name *string, to string) (changed bool, previous string) {
	if to = truncate(to); *name == to {
		return false, ""
	}
	previous, *name = *name, to
	return true, previous
}

func truncate(name string) string {
	if len(name) <= maxName {
		return name
	}
	cut := maxName
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return strings.Clone(name[:cut])
}

// PutPushName stores the name a contact has given itself.
func (s *contactStore) PutPushName(ctx context.Context, user types.JID, pushName string) (changed bool, previous string, err error) {
	err = s.Update(ctx, func(t *txn.Txn) error {
		changed, previous, err = s.update(ctx, t, user, func(c *contact) (bool, string) { return setName(&c.PushName, pushName) })
		return err
	})
	return changed, previous, err
}

func (s *contactStore) PutBusinessName(ctx context.Context, user types.JID, name string) (changed bool, previous string, err error) {
	err = s.Update(ctx, func(t *txn.Txn) error {
		changed, previous, err = s.update(ctx, t, user, func(c *contact) (bool, string) { return setName(&c.BusinessName, name) })
		return err
	})
	return changed, previous, err
}

// PutContactName stores the names from the phone's address book. The interface calls the second argument the full name,
// but its only caller passes the first name there.
func (s *contactStore) PutContactName(ctx context.Context, user types.JID, firstName, fullName string) error {
	return s.PutAllContactNames(ctx, []store.ContactEntry{{JID: user, FirstName: firstName, FullName: fullName}})
}

// PutAllContactNames stores many names; the last entry of a contact counts.
func (s *contactStore) PutAllContactNames(ctx context.Context, contacts []store.ContactEntry) error {
	refs := func(e store.ContactEntry) []kv.Ref { return []kv.Ref{s.contactRef(e.JID)} }
	return txn.UpdateBatch(ctx, s.Manager, contacts, refs, func(t *txn.Txn, e store.ContactEntry) error {
		_, _, err := s.update(ctx, t, e.JID, func(c *contact) (bool, string) {
			first, _ := setName(&c.FirstName, e.FirstName)
			full, _ := setName(&c.FullName, e.FullName)
			return first || full, ""
		})
		return err
	})
}

// PutManyRedactedPhones stores the shown part of the numbers of contacts who hide theirs.
func (s *contactStore) PutManyRedactedPhones(ctx context.Context, entries []store.RedactedPhoneEntry) error {
	refs := func(e store.RedactedPhoneEntry) []kv.Ref { return []kv.Ref{s.contactRef(e.JID)} }
	return txn.UpdateBatch(ctx, s.Manager, entries, refs, func(t *txn.Txn, e store.RedactedPhoneEntry) error {
		_, _, err := s.update(ctx, t, e.JID, func(c *contact) (bool, string) { return setName(&c.RedactedPhone, e.RedactedPhone) })
		return err
	})
}

func (s *contactStore) GetContact(ctx context.Context, user types.JID) (types.ContactInfo, error) {
	c, _, err := get(ctx, s.values, nil, s.contactRef(user), decodeContact)
	return c.ContactInfo, err
}

func (s *contactStore) GetAllContacts(ctx context.Context) (map[types.JID]types.ContactInfo, error) {
	found, err := getAll(ctx, s.values, nil, kv.KindContact, decodeContact)
	if err != nil {
		return nil, err
	}
	contacts := make(map[types.JID]types.ContactInfo, len(found))
	for _, c := range found {
		contacts[c.jid] = c.ContactInfo
	}
	return contacts, nil
}
