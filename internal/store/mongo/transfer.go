package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/migrate"
)

// Transfer tells and takes everything that a database holds, for migrations: it
// implements migrate.Records and migrate.Ledger.
type Transfer struct {
	s     *Store
	keys  *mongo.Collection
	marks *mongo.Collection
	move  map[migrate.Kind]mover
}

var (
	_ migrate.Records = (*Transfer)(nil)
	_ migrate.Ledger  = (*Transfer)(nil)
)

// NewTransfer returns the transfer of s's database.
func NewTransfer(s *Store) *Transfer {
	db := s.db.shops.Database()
	t := &Transfer{s: s, keys: db.Collection("vault_keys"), marks: db.Collection("migration")}
	t.move = map[migrate.Kind]mover{
		migrate.VaultKeys:     docs[keyDoc, migrate.VaultKey]{in: t.keys, tell: tellKey, take: takeKey},
		migrate.Shops:         docs[shopDoc, migrate.Shop]{in: s.db.shops, tell: tellShop, take: takeShop},
		migrate.Users:         docs[userDoc, migrate.User]{in: s.db.users, tell: tellUser, take: takeUser},
		migrate.Logins:        logins{s},
		migrate.APIKeys:       docs[apiKeyDoc, migrate.APIKey]{in: s.db.apiKeys, tell: tellAPIKey, take: takeAPIKey},
		migrate.Channels:      docs[channelDoc, migrate.Channel]{in: s.db.channels, tell: tellChannel, take: takeChannel},
		migrate.Flows:         docs[flowDoc, migrate.Flow]{in: s.db.flows, tell: tellFlow, take: takeFlow},
		migrate.CurrentFlows:  docs[pointerDoc, migrate.CurrentFlow]{in: s.db.currentFlows, tell: tellCurrent, take: takeCurrent},
		migrate.FurtherFlows:  docs[pointerDoc, migrate.FurtherFlow]{in: s.db.furtherFlows, tell: tellFurther, take: takeFurther},
		migrate.Settings:      docs[sectionDoc, migrate.Setting]{in: s.db.settings, tell: tellSetting, take: takeSetting},
		migrate.Owners:        docs[ownerDoc, migrate.Owner]{in: s.db.owners, tell: tellOwner, take: takeOwner},
		migrate.Contacts:      docs[contactDoc, migrate.Contact]{in: s.db.contacts, tell: tellContact, take: takeContact},
		migrate.Aliases:       docs[aliasDoc, migrate.Alias]{in: s.db.aliases, tell: tellAlias, take: takeAlias},
		migrate.Conversations: docs[convDoc, migrate.Conversation]{in: s.db.conversations, tell: tellConversation, take: takeConversation},
		migrate.Items:         items{s},
		migrate.Timers:        docs[timerDoc, migrate.Timer]{in: s.db.timers, tell: tellTimer, take: takeTimer},
		migrate.Calls:         docs[callDoc, migrate.Call]{in: s.db.calls, tell: tellCall, take: takeCall},
		migrate.Traces:        docs[traceDoc, migrate.Trace]{in: s.db.traces, tell: tellTrace, take: takeTrace},
		migrate.Assets:        docs[assetDoc, migrate.Asset]{in: s.db.assets, tell: tellAsset, take: takeAsset},
		migrate.Pieces:        pieces{docs[pieceDoc, migrate.Piece]{in: s.db.assetPieces, tell: tellPiece, take: takePiece, batch: 8}, s},
	}
	return t
}

// mover moves the rows of one kind.
type mover interface {
	export(ctx context.Context, until time.Time, visit func([]migrate.Row) error) error
	clear(ctx context.Context) error
	insert(ctx context.Context, rows []migrate.Row) error
	collections() []*mongo.Collection
}

// Finish implements migrate.Records: it relays what commits have decided and
// ends merges that were interrupted.
func (t *Transfer) Finish(ctx context.Context) error {
	s := t.s
	left := bson.M{"$or": bson.A{bson.M{"unrelayed": true}, bson.M{"into": bson.M{"$ne": ""}}}}
	c, err := s.db.conversations.Find(ctx, left)
	found, err := all[convDoc](ctx, c, err)
	if err != nil {
		return wrapped("look for what was left", err)
	}
	for _, d := range found {
		if err := s.relayer.relay(ctx, d); err != nil {
			return wrapped("relay", err)
		}
		if d.Into == "" {
			continue
		}
		var kept convDoc
		err := s.db.conversations.FindOne(ctx, bson.M{"shop": d.Shop, "id": d.Into}).Decode(&kept)
		if errors.Is(err, mongo.ErrNoDocuments) { // that has moved on: the next message of the contact ends the merge
			_, err = s.db.conversations.UpdateOne(ctx, bson.M{"_id": d.Key}, set(bson.M{"into": ""}))
		} else if err == nil {
			err = s.identityStore.join(ctx, d, kept)
		}
		if err != nil {
			return wrapped("end a merge", err)
		}
	}
	return nil
}

// Export implements migrate.Records.
func (t *Transfer) Export(ctx context.Context, k migrate.Kind, until time.Time, visit func([]migrate.Row) error) error {
	return t.move[k].export(ctx, until, visit)
}

// Clear implements migrate.Records.
func (t *Transfer) Clear(ctx context.Context, k migrate.Kind) error { return t.move[k].clear(ctx) }

// Import implements migrate.Records.
func (t *Transfer) Import(ctx context.Context, k migrate.Kind, rows []migrate.Row) error {
	if len(rows) == 0 {
		return nil
	}
	return t.move[k].insert(ctx, rows)
}

// markDoc is the one document of the collection migration.
type markDoc struct {
	ID   string `bson:"_id"`
	Mark string `bson:"mark"` // JSON
}

const markID = "mark"

// Mark implements migrate.Ledger.
func (t *Transfer) Mark(ctx context.Context) (*migrate.Mark, error) {
	var d markDoc
	err := t.marks.FindOne(ctx, bson.M{"_id": markID}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read mark: %w", err)
	}
	return migrate.ParseMark(d.Mark)
}

// PutMark implements migrate.Ledger.
func (t *Transfer) PutMark(ctx context.Context, m *migrate.Mark) error {
	if m == nil {
		_, err := t.marks.DeleteOne(ctx, bson.M{"_id": markID})
		return wrapped("remove mark", err)
	}
	text, err := m.Text()
	if err != nil {
		return err
	}
	_, err = t.marks.ReplaceOne(ctx, bson.M{"_id": markID}, markDoc{markID, text}, options.Replace().SetUpsert(true))
	return wrapped("put mark", err)
}
