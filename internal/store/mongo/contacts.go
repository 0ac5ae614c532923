package mongo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// contactDoc is a document of contacts. What flows put into it under names of
// their choice is one string: no name of theirs becomes a field of ours.
type contactDoc struct {
	Key       string                 `bson:"_id"`
	Shop      tenant.ShopID          `bson:"shop"`
	ID        conversation.ContactID `bson:"id"`
	Rev       int64                  `bson:"rev"`
	LID       string                 `bson:"lid"`
	Phone     string                 `bson:"phone"`
	Group     string                 `bson:"group"`
	Aliases   []string               `bson:"aliases"`
	Name      string                 `bson:"name"`
	Language  string                 `bson:"language"`
	Tags      []string               `bson:"tags"`
	Vars      string                 `bson:"vars"`
	Fields    string                 `bson:"fields"`
	Patches   []string               `bson:"patches"` // keys of the newest patches: each happens once
	CreatedAt int64                  `bson:"createdAt"`
}

// maxPatches bounds Patches: more than any commit that could be relayed twice has.
const maxPatches = 64

func (d contactDoc) contact() (conversation.Contact, error) {
	c := conversation.Contact{
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
func (d contactDoc) with(c conversation.Contact) (contactDoc, error) {
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

// errRace says that somebody else was faster: look again.
var errRace = errors.New("changed by somebody else")

// attempts bounds how often a verb looks again.
const attempts = 50

// retrying repeats f while it loses races.
func retrying(f func() error) error {
	for range attempts {
		if err := f(); !errors.Is(err, errRace) {
			return err
		}
	}
	return fmt.Errorf("after %d attempts: %w", attempts, errRace)
}

// raced tells the ways in which a write loses a race.
func raced(err error) error {
	if mongo.IsDuplicateKeyError(err) || errors.Is(err, mongo.ErrNoDocuments) {
		return errRace
	}
	return err
}

// aliasDoc is a document of contact_aliases: a key that leads to one contact. It
// is the truth about who has a key; a contact's own list follows it.
type aliasDoc struct {
	Key     string                 `bson:"_id"`
	Shop    tenant.ShopID          `bson:"shop"`
	Contact conversation.ContactID `bson:"contact"`
}

func aliasKey(shop tenant.ShopID, alias string) string { return key(string(shop), alias) }

// known returns the contacts that have one of peer's keys, the one whose
// conversation moved last first.
func (s *Store) known(ctx context.Context, shop tenant.ShopID, peer message.Peer) ([]contactDoc, []conversation.Contact, error) {
	var ids []string
	for _, alias := range peer.Keys() {
		ids = append(ids, aliasKey(shop, alias))
	}
	if len(ids) == 0 {
		return nil, nil, fmt.Errorf("%w: the peer has no address", message.ErrContent)
	}
	c, err := s.aliases.Find(ctx, bson.M{"_id": bson.M{"$in": ids}})
	aliases, err := all[aliasDoc](ctx, c, err)
	if err != nil || len(aliases) == 0 {
		return nil, nil, err
	}
	ids = nil
	for _, a := range aliases {
		ids = append(ids, key(string(shop), string(a.Contact)))
	}
	c, err = s.contacts.Find(ctx, bson.M{"_id": bson.M{"$in": ids}})
	docs, err := all[contactDoc](ctx, c, err)
	if err != nil {
		return nil, nil, err
	}
	if len(docs) > 1 {
		if err := s.byActivity(ctx, docs); err != nil {
			return nil, nil, err
		}
	}
	var contacts []conversation.Contact
	for _, d := range docs {
		c, err := d.contact()
		if err != nil {
			return nil, nil, err
		}
		contacts = append(contacts, c)
	}
	return docs, contacts, nil
}

func (s *Store) byActivity(ctx context.Context, docs []contactDoc) error {
	moved := make(map[conversation.ContactID]int64)
	for _, d := range docs {
		c, err := s.conversations.Find(ctx, bson.M{"shop": d.Shop, "contact": d.ID})
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

// recognize returns the contact that peer is, found, created or merged, and the
// conversations that a merge ended. It may lose a race.
func (s *Store) recognize(ctx context.Context, shop tenant.ShopID, peer message.Peer, name string, now int64) (conversation.Contact, []conversation.ID, error) {
	docs, known, err := s.known(ctx, shop, peer)
	if err != nil {
		return conversation.Contact{}, nil, err
	}
	id := conversation.Identify(peer, known)
	if id.Keep < 0 {
		c, _ := conversation.Contact{Shop: shop, ID: conversation.NewContactID(), CreatedAt: moment(now)}.See(peer, name)
		return c, nil, s.insertContact(ctx, c, docs)
	}
	doc, c := docs[id.Keep], known[id.Keep]
	var merged []conversation.ID
	if id.Absorb >= 0 {
		s.merging.Lock()
		defer s.merging.Unlock()
		if merged, err = s.absorb(ctx, c, known[id.Absorb]); err != nil {
			return c, nil, err
		}
		c = c.Merge(known[id.Absorb])
	}
	c, changed := c.See(peer, name)
	if !changed && id.Absorb < 0 && len(id.Claim) == 0 {
		return c, nil, nil
	}
	for _, alias := range c.Aliases {
		if err := s.claim(ctx, c, alias); err != nil {
			return c, nil, err
		}
	}
	next, err := doc.with(c)
	if err != nil {
		return c, nil, err
	}
	return c, merged, s.swapContact(ctx, doc.Rev, next)
}

// insertContact creates a contact with the keys that nobody has. Of two that
// create the same one at once, the one who gets the first key wins.
func (s *Store) insertContact(ctx context.Context, c conversation.Contact, known []contactDoc) error {
	d, err := contactDoc{}.with(c)
	if err != nil {
		return err
	}
	if _, err := s.contacts.InsertOne(ctx, d); err != nil {
		return err
	}
	for i, alias := range c.Peer.Keys() {
		if len(known) > 0 { // a number that changed hands
			err = s.claim(ctx, c, alias)
		} else {
			_, err = s.aliases.InsertOne(ctx, aliasDoc{aliasKey(c.Shop, alias), c.Shop, c.ID})
		}
		if err != nil && i == 0 { // nothing leads to it yet
			_, gone := s.contacts.DeleteOne(ctx, bson.M{"_id": d.Key})
			return errors.Join(raced(err), gone)
		}
		if err != nil {
			return raced(err)
		}
	}
	return nil
}

// swapContact replaces the contact that is at rev.
func (s *Store) swapContact(ctx context.Context, rev int64, next contactDoc) error {
	next.Rev = rev + 1
	s.lately.forgetContact(next.Key)
	res, err := s.contacts.ReplaceOne(ctx, bson.M{"_id": next.Key, "rev": rev}, next)
	if err == nil && res.MatchedCount == 0 {
		return errRace
	}
	if err != nil {
		return raced(err)
	}
	return s.outdate(ctx, next)
}

// outdate tells the contact's conversations of its revision, so that nobody goes
// on with an older one. See contactLately.
func (s *Store) outdate(ctx context.Context, d contactDoc) error {
	_, err := s.conversations.UpdateMany(ctx, bson.M{"shop": d.Shop, "contact": d.ID}, bson.M{"$max": bson.M{"contactRev": d.Rev}})
	return err
}

// claim makes alias lead to c. Whoever had it loses it.
func (s *Store) claim(ctx context.Context, c conversation.Contact, alias string) error {
	mine := aliasDoc{aliasKey(c.Shop, alias), c.Shop, c.ID}
	var before aliasDoc
	err := s.aliases.FindOneAndReplace(ctx, bson.M{"_id": mine.Key}, mine, options.FindOneAndReplace().SetUpsert(true)).Decode(&before)
	if errors.Is(err, mongo.ErrNoDocuments) || err == nil && before.Contact == c.ID {
		return nil
	}
	if err != nil {
		return raced(err)
	}
	return retrying(func() error {
		var d contactDoc
		err := s.contacts.FindOne(ctx, bson.M{"_id": key(string(c.Shop), string(before.Contact))}).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		if err != nil {
			return err
		}
		l, err := d.contact()
		if err != nil {
			return err
		}
		next, err := d.with(l.Lose(alias))
		if err != nil {
			return err
		}
		return s.swapContact(ctx, d.Rev, next)
	})
}

// patchContact applies a flow's change once.
func (s *Store) patchContact(ctx context.Context, shop tenant.ShopID, id conversation.ContactID, p conversation.ContactPatch) error {
	return retrying(func() error {
		var d contactDoc
		if err := s.contacts.FindOne(ctx, bson.M{"_id": key(string(shop), string(id))}).Decode(&d); err != nil {
			if errors.Is(err, mongo.ErrNoDocuments) {
				return nil // merged into another in this moment: the flow's variables are in the run, too
			}
			return err
		}
		if slices.Contains(d.Patches, p.Key) {
			return s.outdate(ctx, d) // it may have been killed before that
		}
		c, err := d.contact()
		if err != nil {
			return err
		}
		next, err := d.with(c.Apply(p))
		if err != nil {
			return err
		}
		next.Patches = append(slices.Clone(d.Patches), p.Key)
		next.Patches = next.Patches[max(0, len(next.Patches)-maxPatches):]
		return s.swapContact(ctx, d.Rev, next)
	})
}

func (s *Store) contact(ctx context.Context, shop tenant.ShopID, id conversation.ContactID) (conversation.Contact, error) {
	d, err := s.readContact(ctx, shop, id)
	if err != nil {
		return conversation.Contact{}, err
	}
	return d.contact()
}

func (s *Store) readContact(ctx context.Context, shop tenant.ShopID, id conversation.ContactID) (d contactDoc, err error) {
	err = s.contacts.FindOne(ctx, obj("_id", key(string(shop), string(id)))).Decode(&d)
	return d, or(err, conversation.ErrNotFound)
}

// contactLately returns a contact as it was a moment ago, read if need be. It still
// is so if its conversation's document names no higher revision: whoever changes a
// contact writes that next, and somebody who is killed in between is overheard for
// no longer than maxAge.
func (s *Store) contactLately(ctx context.Context, shop tenant.ShopID, id conversation.ContactID) (contactDoc, error) {
	now := s.now()
	if d, ok := s.lately.contactDoc(key(string(shop), string(id)), now); ok {
		return d, nil
	}
	d, err := s.readContact(ctx, shop, id)
	if err == nil {
		s.lately.noteContactDoc(d, now)
	}
	return d, err
}
