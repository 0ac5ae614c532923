package mongo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// contactStore keeps contacts and the aliases by which they are found.
type contactStore struct {
	db    *collections
	cache *cache
	now   func() time.Time
}

// contactDoc is a document of contacts. The variables and fields of flows are one JSON
// string each: their names are the author's and must not become fields.
type contactDoc struct {
	Key       string        `bson:"_id"`
	Shop      tenant.ShopID `bson:"shop"`
	ID        contact.ID    `bson:"id"`
	Rev       int64         `bson:"rev"`
	LID       string        `bson:"lid"`
	Phone     string        `bson:"phone"`
	Group     string        `bson:"group"`
	Aliases   []string      `bson:"aliases"`
	Name      string        `bson:"name"`
	Language  string        `bson:"language"`
	Tags      []string      `bson:"tags"`
	Vars      string        `bson:"vars"`
	Fields    string        `bson:"fields"`
	Patches   []string      `bson:"patches"` // keys of the newest patches: each happens once
	CreatedAt int64         `bson:"createdAt"`
}

// maxPatches bounds Patches: more than any commit that could be relayed twice has.
const maxPatches = 64

func (d contactDoc) contact() (contact.Contact, error) {
	c := contact.Contact{
		Shop: d.Shop, ID: d.ID, Peer: message.Peer{LID: d.LID, Phone: d.Phone, Group: d.Group}, Aliases: d.Aliases,
		Name: d.Name, Language: d.Language, CreatedAt: moment(d.CreatedAt),
	}
	if len(d.Tags) > 0 {
		c.Tags = d.Tags
	}
	if err := errors.Join(decode(d.Vars, &c.Vars), decode(d.Fields, &c.Fields)); err != nil {
		return c, fmt.Errorf("contact %s: %w", d.ID, err)
	}
	return c, nil
}

// with returns d holding c.
func (d contactDoc) with(c contact.Contact) (contactDoc, error) {
	d.Key, d.Shop, d.ID = key(string(c.Shop), string(c.ID)), c.Shop, c.ID
	d.LID, d.Phone, d.Group, d.Aliases = c.Peer.LID, c.Peer.Phone, c.Peer.Group, c.Aliases
	d.Name, d.Language, d.Tags, d.CreatedAt = c.Name, c.Language, append([]string{}, c.Tags...), millis(c.CreatedAt)
	var err error
	if d.Vars, err = encodeMap(c.Vars); err == nil {
		d.Fields, err = encodeMap(c.Fields)
	}
	return d, err
}

func encodeMap(m map[string]any) (string, error) {
	if len(m) == 0 {
		return "", nil
	}
	return encode(m)
}

func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode field: %w", err)
	}
	return string(b), nil
}

func decode(text string, into any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("decode field: %w", err)
	}
	return nil
}

// errRace says that a concurrent write came first: read again.
var errRace = errors.New("changed concurrently")

// attempts bounds how often a verb reads again.
const attempts = 50

// retrying repeats f while it fails with errRace.
func retrying(f func() error) error {
	for range attempts {
		if err := f(); !errors.Is(err, errRace) {
			return err
		}
	}
	return fmt.Errorf("after %d attempts: %w", attempts, errRace)
}

// asRace maps the errors of a write that lost a race to errRace.
func asRace(err error) error {
	if mongo.IsDuplicateKeyError(err) || errors.Is(err, mongo.ErrNoDocuments) {
		return errRace
	}
	return err
}

// aliasDoc is a document of contact_aliases: a key that leads to one contact. It
// decides which contact has a key; a contact's own list follows it.
type aliasDoc struct {
	Key     string        `bson:"_id"`
	Shop    tenant.ShopID `bson:"shop"`
	Contact contact.ID    `bson:"contact"`
}

func aliasKey(shop tenant.ShopID, alias string) string { return key(string(shop), alias) }

// holders are the contacts that have one of a peer's keys, the one whose
// conversation moved last first.
type holders struct {
	docs     []contactDoc
	contacts []contact.Contact     // their lists of aliases are right about the peer's keys
	has      map[string]contact.ID // by aliasKey; one that is no more may be among them
}

// lookUp returns the holders of peer's keys.
func (s *contactStore) lookUp(ctx context.Context, shop tenant.ShopID, peer message.Peer) (h holders, err error) {
	var ids []string
	for _, alias := range peer.Keys() {
		ids = append(ids, aliasKey(shop, alias))
	}
	if len(ids) == 0 {
		return h, fmt.Errorf("%w: the peer has no address", message.ErrContent)
	}
	c, err := s.db.aliases.Find(ctx, bson.M{"_id": bson.M{"$in": ids}})
	aliases, err := all[aliasDoc](ctx, c, err)
	if err != nil || len(aliases) == 0 {
		return h, err
	}
	ids, h.has = nil, make(map[string]contact.ID)
	for _, a := range aliases {
		h.has[a.Key] = a.Contact
		ids = append(ids, key(string(shop), string(a.Contact)))
	}
	c, err = s.db.contacts.Find(ctx, bson.M{"_id": bson.M{"$in": ids}})
	if h.docs, err = all[contactDoc](ctx, c, err); err != nil {
		return h, err
	}
	if len(h.docs) > 1 {
		if err := s.byActivity(ctx, h.docs); err != nil {
			return h, err
		}
	}
	for _, d := range h.docs {
		c, err := d.contact()
		if err != nil {
			return h, err
		}
		c.Aliases = slices.Clone(c.Aliases)
		for _, alias := range peer.Keys() {
			c.Aliases = slices.DeleteFunc(c.Aliases, func(a string) bool { return a == alias })
			if h.has[aliasKey(shop, alias)] == c.ID {
				c.Aliases = append(c.Aliases, alias)
			}
		}
		slices.Sort(c.Aliases)
		h.contacts = append(h.contacts, c)
	}
	return h, nil
}

func (s *contactStore) byActivity(ctx context.Context, docs []contactDoc) error {
	moved := make(map[contact.ID]int64)
	for _, d := range docs {
		c, err := s.db.conversations.Find(ctx, bson.M{"shop": d.Shop, "contact": d.ID})
		convs, err := all[convDoc](ctx, c, err)
		if err != nil {
			return err
		}
		for _, v := range convs {
			moved[d.ID] = max(moved[d.ID], v.LastAt)
		}
	}
	slices.SortStableFunc(docs, func(a, b contactDoc) int { return int(moved[b.ID] - moved[a.ID]) })
	return nil
}

// rewrite replaces the contact in doc by c, and returns the document.
func (s *contactStore) rewrite(ctx context.Context, doc contactDoc, c contact.Contact) (contactDoc, error) {
	next, err := doc.with(c)
	if err != nil {
		return doc, err
	}
	next.Rev = doc.Rev + 1
	return next, s.swapContact(ctx, next)
}

// claimAll gives c, which is in doc, more keys. The aliases are written first, because
// keys on a contact's list are not claimed again. The contact gone, if any, keeps its list.
func (s *contactStore) claimAll(ctx context.Context, doc contactDoc, c contact.Contact, keys []string, gone contact.ID) error {
	for _, alias := range keys {
		if err := s.claim(ctx, c, alias, gone); err != nil {
			return err
		}
	}
	_, err := s.rewrite(ctx, doc, c)
	return err
}

// insertContact creates a contact. Of two concurrent creations of the same contact, the
// one with the first key wins; keys that a contact has, or had, are claimed.
func (s *contactStore) insertContact(ctx context.Context, c contact.Contact, held bool) error {
	d, err := contactDoc{}.with(c)
	if err != nil {
		return err
	}
	if _, err := s.db.contacts.InsertOne(ctx, d); err != nil {
		return err
	}
	for i, alias := range c.Peer.Keys() {
		if held { // a number that changed hands
			err = s.claim(ctx, c, alias, "")
		} else {
			_, err = s.db.aliases.InsertOne(ctx, aliasDoc{aliasKey(c.Shop, alias), c.Shop, c.ID})
		}
		if i == 0 && mongo.IsDuplicateKeyError(err) { // nothing leads to it; after any other error something may
			_, gone := s.db.contacts.DeleteOne(ctx, bson.M{"_id": d.Key})
			return errors.Join(asRace(err), gone)
		}
		if err != nil {
			return asRace(err)
		}
	}
	return nil
}

// swapContact replaces the contact that is at the revision before next.
func (s *contactStore) swapContact(ctx context.Context, next contactDoc) error {
	s.cache.dropContact(next.Key)
	res, err := s.db.contacts.ReplaceOne(ctx, bson.M{"_id": next.Key, "rev": next.Rev - 1}, next)
	if err == nil && res.MatchedCount == 0 {
		return errRace
	}
	if err != nil {
		return asRace(err)
	}
	return s.publishRev(ctx, next)
}

// publishRev writes the contact's revision to its conversations, so that no node goes
// on with an older one. See cachedContact.
func (s *contactStore) publishRev(ctx context.Context, d contactDoc) error {
	_, err := s.db.conversations.UpdateMany(ctx, bson.M{"shop": d.Shop, "contact": d.ID}, bson.M{"$max": bson.M{"contactRev": d.Rev}})
	return err
}

// claim makes alias lead to c. Another contact that has it, unless that is gone, drops
// it from its list first: a stale entry there would not be found any more.
func (s *contactStore) claim(ctx context.Context, c contact.Contact, alias string, gone contact.ID) error {
	mine := aliasDoc{aliasKey(c.Shop, alias), c.Shop, c.ID}
	var now aliasDoc
	err := s.db.aliases.FindOne(ctx, bson.M{"_id": mine.Key}).Decode(&now)
	if errors.Is(err, mongo.ErrNoDocuments) {
		_, err = s.db.aliases.InsertOne(ctx, mine)
		return asRace(err)
	}
	if err != nil || now.Contact == c.ID {
		return err
	}
	if now.Contact != gone {
		if err := s.removeAlias(ctx, c.Shop, now.Contact, alias); err != nil {
			return err
		}
	}
	res, err := s.db.aliases.UpdateOne(ctx, bson.M{"_id": mine.Key, "contact": now.Contact}, set(bson.M{"contact": c.ID}))
	if err == nil && res.MatchedCount == 0 {
		err = errRace
	}
	return err
}

// removeAlias removes alias from a contact's list, if the contact exists.
func (s *contactStore) removeAlias(ctx context.Context, shop tenant.ShopID, id contact.ID, alias string) error {
	return retrying(func() error {
		d, err := s.readContact(ctx, shop, id)
		if errors.Is(err, conversation.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		l, err := d.contact()
		if err != nil {
			return err
		}
		_, err = s.rewrite(ctx, d, l.RemoveAlias(alias))
		return err
	})
}

// patchContact applies a flow's change once.
func (s *contactStore) patchContact(ctx context.Context, shop tenant.ShopID, id contact.ID, p contact.Patch) error {
	return retrying(func() error {
		var d contactDoc
		if err := s.db.contacts.FindOne(ctx, bson.M{"_id": key(string(shop), string(id))}).Decode(&d); err != nil {
			if errors.Is(err, mongo.ErrNoDocuments) {
				return nil // merged into another in this moment: the flow's variables are in the run, too
			}
			return err
		}
		if slices.Contains(d.Patches, p.Key) {
			return s.publishRev(ctx, d) // it may have been killed before that
		}
		c, err := d.contact()
		if err != nil {
			return err
		}
		d.Patches = append(d.Patches, p.Key)
		d.Patches = d.Patches[max(0, len(d.Patches)-maxPatches):]
		_, err = s.rewrite(ctx, d, c.Apply(p))
		return err
	})
}

func (s *contactStore) contact(ctx context.Context, shop tenant.ShopID, id contact.ID) (contact.Contact, error) {
	d, err := s.readContact(ctx, shop, id)
	if err != nil {
		return contact.Contact{}, err
	}
	return d.contact()
}

func (s *contactStore) readContact(ctx context.Context, shop tenant.ShopID, id contact.ID) (d contactDoc, err error) {
	err = s.db.contacts.FindOne(ctx, obj("_id", key(string(shop), string(id)))).Decode(&d)
	return d, or(err, conversation.ErrNotFound)
}

// cachedContact returns a contact from the cache, or reads it. It is current if its
// conversation's document has no higher revision: a change of a contact writes that
// next. A change whose process was killed in between is missed for at most maxAge.
func (s *contactStore) cachedContact(ctx context.Context, shop tenant.ShopID, id contact.ID) (contactDoc, error) {
	now := s.now()
	if d, ok := s.cache.contact(key(string(shop), string(id)), now); ok {
		return d, nil
	}
	d, err := s.readContact(ctx, shop, id)
	if err == nil {
		s.cache.putContact(d, now)
	}
	return d, err
}
