package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// inboxStore implements the arrival half of conversation.Inbox: Append and Next.
type inboxStore struct {
	db            *collections
	cache         *cache
	contacts      *contactStore
	conversations *conversationStore
	identities    *identityStore
	relay         *relayer
}

// Append implements conversation.Inbox. The insert into inbox is the atomic act:
// writes before it are harmless without it, writes after it are repeated when the
// message is delivered again.
func (s *inboxStore) Append(ctx context.Context, m message.In) (a conversation.AppendResult, err error) {
	if m.FromMe {
		echo, err := s.echo(ctx, m)
		if err != nil || echo {
			return a, wrapped("append message", err)
		}
	}
	err = retrying(func() error {
		a, err = s.append(ctx, m)
		return err
	})
	return a, wrapped("append message", err)
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// echo reports whether the message is one of ours, in whatever conversation.
func (s *inboxStore) echo(ctx context.Context, m message.In) (bool, error) {
	err := s.db.outbox.FindOne(ctx, bson.M{"_id": outKey(m.Shop, m.ID)}, options.FindOne().SetProjection(bson.M{"_id": 1})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, err
}

func (s *inboxStore) append(ctx context.Context, m message.In) (a conversation.AppendResult, err error) {
	a, d, ok, err := s.appendKnown(ctx, m)
	if err != nil {
		return a, err
	}
	if !ok {
		waits, err := s.appendUnknown(ctx, &a, &d, m)
		if errors.Is(err, errDuplicate) {
			// The insert of a killed process may have arrived after this one listed the waiting messages.
			return conversation.AppendResult{Conversation: conversation.Conversation{Shop: m.Shop, ID: waits}}, nil
		}
		if err != nil {
			return conversation.AppendResult{}, err
		}
	}
	in, line, err := arrival(d, m)
	if err != nil {
		return a, err
	}
	if _, err := s.db.inbox.InsertOne(ctx, in); err != nil {
		return conversation.AppendResult{}, asRace(err)
	}
	if err := s.db.insertMessage(ctx, line); err != nil {
		return a, err
	}
	s.cache.putIfNewer(d)
	a.Fresh = true
	if a.Conversation, err = d.conversation(); err != nil {
		return a, err
	}
	a.Message, err = line.message()
	return a, err
}

// appendKnown moves the conversation of a contact that was here before by one message
// that is new, in one command. ok is false when either is not so.
func (s *inboxStore) appendKnown(ctx context.Context, m message.In) (a conversation.AppendResult, d convDoc, ok bool, err error) {
	id, ok := s.cache.contactID(m.Shop, m.Chat)
	if !ok {
		return a, d, false, nil
	}
	known, err := s.contacts.cachedContact(ctx, m.Shop, id)
	if errors.Is(err, conversation.ErrNotFound) {
		return conversation.AppendResult{}, d, false, nil
	}
	if err != nil {
		return a, d, false, err
	}
	if a.Contact, err = known.contact(); err != nil {
		return a, d, false, err
	}
	for _, k := range m.Chat.Keys() {
		ok = ok && slices.Contains(a.Contact.Aliases, k)
	}
	if _, changed := a.Contact.Observe(m.Chat, chatName(m)); changed || !ok {
		return conversation.AppendResult{}, d, false, nil
	}
	d, err = s.touch(ctx, obj("shop", m.Shop, "contact", id, "channel", m.Channel, "into", "", "recent", obj("$ne", arrivalKey("", m))), m, true)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return conversation.AppendResult{}, d, false, nil
	}
	if err == nil && d.ContactRev > known.Rev {
		s.cache.dropContact(known.Key)
		a.Contact, err = s.contacts.contact(ctx, m.Shop, id)
		if errors.Is(err, conversation.ErrNotFound) {
			err = errRace // it was merged into another in this moment
		}
	}
	return a, d, err == nil, err
}

// errDuplicate says that a message was stored before.
var errDuplicate = errors.New("stored before")

// appendUnknown finds or creates contact and conversation, and moves that by the
// message. When the inbox has the message it fails with errDuplicate, and returns the
// conversation in which the message still waits, if it does.
func (s *inboxStore) appendUnknown(ctx context.Context, a *conversation.AppendResult, d *convDoc, m message.In) (waits conversation.ID, err error) {
	if a.Contact, a.Merged, err = s.identities.recognize(ctx, m.Shop, m.Chat, chatName(m), millis(m.At)); err != nil {
		return "", err
	}
	s.cache.putAliases(a.Contact, m.Chat)
	if *d, err = s.conversations.openConv(ctx, a.Contact, m.Channel, millis(m.At)); err != nil {
		return "", err
	}
	in, line, err := arrival(*d, m)
	if err != nil {
		return "", err
	}
	var before inboxDoc
	err = s.db.inbox.FindOne(ctx, bson.M{"shop": in.Shop, "key": in.Key}).Decode(&before)
	if err == nil {
		line.ID, line.Conv, line.N = before.ID, before.Conv, before.N
		if before.State == stateNew {
			waits = before.Conv
		}
		if err := s.db.insertMessage(ctx, line); err != nil {
			return "", err
		}
		return waits, errDuplicate
	}
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return "", err
	}
	counted := slices.Contains(d.Recent, arrivalKey("", m)) // by an attempt that ended before the inbox had it
	*d, err = s.touch(ctx, obj("_id", d.Key, "into", ""), m, !counted)
	return "", asRace(err)
}

// touch moves the conversation by one message, which is unread if it counts; Top is
// the message's n.
func (s *inboxStore) touch(ctx context.Context, filter bson.D, m message.In, counts bool) (next convDoc, err error) {
	unread, window, dir := 0, m.At.Add(conversation.Window), conversation.Incoming
	switch {
	case m.FromMe:
		dir, window = conversation.Outgoing, moment(0)
	case counts:
		unread = 1
	}
	p := conversation.PreviewOf(m.ID, dir, m.Content, m.At)
	err = s.db.conversations.FindOneAndUpdate(ctx, filter, obj(
		"$inc", obj("top", 1, "unread", unread),
		"$push", obj("recent", obj("$each", []string{arrivalKey("", m)}, "$slice", -maxRecent)),
		"$max", obj("windowUntil", millis(window), "lastAt", millis(p.At)),
		"$set", obj("lastId", p.ID, "lastDir", string(p.Direction), "lastKind", string(p.Kind), "lastText", p.Text),
	), options.FindOneAndUpdate().SetReturnDocument(options.After).SetProjection(withoutLists)).Decode(&next)
	return next, err
}

func (c *collections) insertMessage(ctx context.Context, d messageDoc) error {
	_, err := c.messages.InsertOne(ctx, d)
	if stored(err) {
		return nil
	}
	return err
}

// arrival returns the documents of a message, which has the n of d's Top.
func arrival(d convDoc, m message.In) (inboxDoc, messageDoc, error) {
	text, err := body{Peer: m.Chat, Sender: m.Sender, Name: m.Name, Quoted: m.Quoted, Offline: m.Offline, Content: m.Content}.text()
	in := inboxDoc{
		Shop: d.Shop, Conv: d.ID, Key: arrivalKey(d.ID, m), State: stateNew, MID: m.ID, Mine: m.FromMe, At: millis(m.At), Body: text,
	}
	line := messageDoc{
		Shop: d.Shop, Conv: d.ID, MID: m.ID, Dir: conversation.Incoming, Status: conversation.Received, At: millis(m.At), Body: text,
	}
	in.N, in.ID = d.Top, key(string(d.Shop), "in", string(d.ID), strconv.FormatInt(d.Top, 10))
	if m.FromMe {
		line.Dir, line.By, line.Status = conversation.Outgoing, conversation.ByPhone, message.Sent
		in.ID = outKey(m.Shop, m.ID)
	}
	line.ID, line.N = in.ID, in.N
	return in, line, err
}

// arrivalKey identifies a message. Senders choose WhatsApp's ids, so only the shop's
// own messages are identified by their id alone.
func arrivalKey(conv conversation.ID, m message.In) string {
	if m.FromMe {
		return key("out", m.ID)
	}
	sender := ""
	if keys := m.Sender.Keys(); m.Chat.Group != "" && len(keys) > 0 {
		sender = keys[0]
	}
	return key(string(conv), string(m.Kind()), sender, m.ID)
}

// chatName is the name of the chat that a message carries: the sender's in a
// one-to-one chat, none in groups and in the shop's own messages.
func chatName(m message.In) string {
	if m.FromMe || m.Chat.Group != "" {
		return ""
	}
	return m.Name
}

// Next implements conversation.Inbox.
func (s *inboxStore) Next(ctx context.Context, shop tenant.ShopID, id conversation.ID, limit int) (w conversation.InboxBatch, err error) {
	d, err := s.conversations.conv(ctx, shop, id)
	if err != nil {
		return w, wrapped("read conversation", err)
	}
	if d.Unrelayed {
		if err := s.relay.relay(ctx, s.cache.withPlaces(d)); err != nil {
			return w, wrapped("relay", err)
		}
		if d, err = s.conversations.conv(ctx, shop, id); err != nil {
			return w, wrapped("read conversation", err)
		}
	}
	s.cache.putIfNewer(d)
	l, err := s.conversations.listed(ctx, d)
	if err != nil {
		return w, wrapped("read conversation", err)
	}
	filter := bson.M{"shop": shop, "state": stateNew, "conv": id}
	if len(d.Seen) > 0 {
		filter["n"] = bson.M{"$nin": d.Seen}
	}
	c, err := s.db.inbox.Find(ctx, filter, options.Find().SetSort(bson.M{"n": 1}).SetLimit(int64(limit)+1))
	docs, err := all[inboxDoc](ctx, c, err)
	if err != nil {
		return w, wrapped("read inbox", err)
	}
	w = conversation.InboxBatch{Conversation: l.Conversation, Contact: l.Contact, More: len(docs) > limit}
	for _, in := range docs[:min(len(docs), limit)] {
		item, err := in.item(d.Channel)
		if err != nil {
			return w, wrapped("read inbox", err)
		}
		w.Items = append(w.Items, item)
	}
	return w, nil
}
