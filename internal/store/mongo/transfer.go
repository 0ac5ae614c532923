package mongo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/migrate"
	"recado/internal/tenant"
)

// Transfer exports and imports a whole database for migrations: it implements
// migrate.Records and migrate.MarkerStore.
type Transfer struct {
	s       *Store
	keys    *mongo.Collection
	markers *mongo.Collection
	movers  map[migrate.Kind]mover
}

var (
	_ migrate.Records     = (*Transfer)(nil)
	_ migrate.MarkerStore = (*Transfer)(nil)
)

// NewTransfer returns the transfer of s's database.
func NewTransfer(s *Store) *Transfer {
	db := s.db.shops.Database()
	t := &Transfer{s: s, keys: db.Collection("vault_keys"), markers: db.Collection("migration")}
	t.movers = map[migrate.Kind]mover{
		migrate.VaultKeys: rowsOf[keyDoc, migrate.VaultKey]{in: t.keys, fromRow: func(r migrate.VaultKey, d *keyDoc) { d.ID = key(r.Shop, r.Purpose) }},
		migrate.Shops:     rowsOf[shopDoc, migrate.Shop]{in: s.db.shops, toRow: shopToRow, fromRow: shopFromRow},
		migrate.Users:     rowsOf[userDoc, migrate.User]{in: s.db.users, toRow: userToRow, fromRow: userFromRow},
		migrate.Logins:    rowsOf[loginDoc, migrate.Login]{in: s.db.logins, selected: t.validLogins},
		migrate.APIKeys:   rowsOf[apiKeyDoc, migrate.APIKey]{in: s.db.apiKeys},
		migrate.Channels:  rowsOf[channelDoc, migrate.Channel]{in: s.db.channels, fromRow: func(r migrate.Channel, d *channelDoc) { d.Key = key(r.Shop, r.Type) }},
		migrate.Flows: rowsOf[flowDoc, migrate.Flow]{in: s.db.flows, fromRow: func(r migrate.Flow, d *flowDoc) {
			d.Key = flowKey(d.Shop, d.Flow, d.Number)
		}},
		migrate.CurrentFlows: rowsOf[pointerDoc, migrate.CurrentFlow]{in: s.db.currentFlows, fromRow: func(r migrate.CurrentFlow, d *pointerDoc) { d.ID = r.Shop }},
		migrate.FurtherFlows: rowsOf[pointerDoc, migrate.FurtherFlow]{in: s.db.furtherFlows, fromRow: func(r migrate.FurtherFlow, d *pointerDoc) {
			d.ID = key(r.Shop, r.Flow)
		}},
		migrate.Settings: rowsOf[sectionDoc, migrate.Setting]{in: s.db.settings, fromRow: func(r migrate.Setting, d *sectionDoc) {
			d.ID, d.Data = key(r.Shop, r.Section), append([]byte{}, r.Data...)
		}},
		migrate.Owners: rowsOf[ownerDoc, migrate.Owner]{in: s.db.owners},
		migrate.Contacts: rowsOf[contactDoc, migrate.Contact]{in: s.db.contacts, fromRow: func(r migrate.Contact, d *contactDoc) {
			d.Key, d.Tags = key(r.Shop, r.ID), append([]string{}, r.Tags...)
		}},
		migrate.Aliases: rowsOf[aliasDoc, migrate.Alias]{
			in:      s.db.aliases,
			toRow:   func(d aliasDoc, r *migrate.Alias) { r.Alias = d.Key[len(d.Shop)+1:] },
			fromRow: func(r migrate.Alias, d *aliasDoc) { d.Key = aliasKey(d.Shop, r.Alias) },
		},
		migrate.Conversations: rowsOf[convDoc, migrate.Conversation]{in: s.db.conversations, fromRow: conversationFromRow},
		migrate.Items:         messages{s.db},
		migrate.Timers:        rowsOf[timerDoc, migrate.Timer]{in: s.db.timers, fromRow: func(r migrate.Timer, d *timerDoc) { d.Key = key(r.Shop, r.Conv, r.Token) }},
		migrate.Calls:         rowsOf[callDoc, migrate.Call]{in: s.db.calls, fromRow: func(r migrate.Call, d *callDoc) { d.ID = key(r.Shop, r.Key) }},
		migrate.Traces: rowsOf[traceDoc, migrate.Trace]{in: s.db.traces, fromRow: func(r migrate.Trace, d *traceDoc) {
			d.ID = key(r.Shop, r.Conv, strconv.FormatInt(r.Rev, 10))
		}},
		migrate.Assets: rowsOf[assetDoc, migrate.Asset]{in: s.db.assets, fromRow: func(r migrate.Asset, d *assetDoc) { d.Key = key(r.Shop, r.Name) }},
		migrate.Pieces: rowsOf[pieceDoc, migrate.Piece]{in: s.db.assetPieces, selected: t.piecesOfAssets, fromRow: func(r migrate.Piece, d *pieceDoc) {
			d.Key = key(r.Shop, r.Content, strconv.FormatInt(r.I, 10))
		}},
	}
	return t
}

// mover moves the rows of one kind.
type mover interface {
	exportRows(ctx context.Context, until time.Time, visit func([]migrate.Row) error) error
	importRows(ctx context.Context, rows []migrate.Row) error
	collections() []*mongo.Collection
}

func shopToRow(d shopDoc, r *migrate.Shop) {
	w := d.shop().WhatsApp
	r.Connected, r.Number, r.LastConnection = w.Connected, w.Number, millis(w.LastConnection)
}

func shopFromRow(r migrate.Shop, d *shopDoc) {
	d.WhatsApp = whatsAppOf(tenant.WhatsApp{Connected: r.Connected, Number: r.Number, LastConnection: moment(r.LastConnection)})
}

func userToRow(_ userDoc, r *migrate.User) {
	slices.SortFunc(r.Shops, func(a, b migrate.Membership) int { return cmp.Compare(a.Shop, b.Shop) })
}

// userFromRow does not mark the first administrator: the mark decides which of two
// concurrent sign-ups is the first.
func userFromRow(_ migrate.User, d *userDoc) {
	if d.Shops == nil {
		d.Shops = []memberDoc{}
	}
}

// conversationFromRow numbers the outbox like the history. The epoch follows when
// an owner adopts the shop.
func conversationFromRow(r migrate.Conversation, d *convDoc) {
	d.Key, d.Ord = key(r.Shop, r.ID), r.Top
	d.Seen, d.Effects, d.Absorbed = []int64{}, []effectDoc{}, []string{}
}

// validLogins skips logins that expire before until or were ended by a new password.
func (t *Transfer) validLogins(ctx context.Context, until time.Time, visit func([]loginDoc) error) error {
	newest := make(map[tenant.UserID]int64) // generations, where it is not the first
	err := batches(ctx, t.s.db.users, bson.M{"logins": bson.M{"$gt": 0}}, transferBatch, func(users []userDoc) error {
		for _, u := range users {
			newest[u.ID] = u.Logins
		}
		return nil
	})
	if err != nil {
		return err
	}
	return batches(ctx, t.s.db.logins, bson.M{"expiresAt": bson.M{"$gt": until}}, transferBatch, func(found []loginDoc) error {
		return visit(slices.DeleteFunc(found, func(d loginDoc) bool { return d.Generation < newest[d.User] }))
	})
}

// piecesOfAssets skips the pieces of interrupted uploads.
func (t *Transfer) piecesOfAssets(ctx context.Context, _ time.Time, visit func([]pieceDoc) error) error {
	return batches(ctx, t.s.db.assets, bson.M{}, transferBatch, func(found []assetDoc) error {
		for _, a := range found {
			if err := batches(ctx, t.s.db.assetPieces, bson.M{"shop": a.Shop, "content": a.Content}, 8, visit); err != nil { // 8 MB
				return err
			}
		}
		return nil
	})
}

// CompletePending implements migrate.Records: it relays the effects of commits and
// ends merges that were interrupted.
func (t *Transfer) CompletePending(ctx context.Context) error {
	s := t.s
	left := bson.M{"$or": bson.A{bson.M{"unrelayed": true}, bson.M{"into": bson.M{"$ne": ""}}}}
	c, err := s.db.conversations.Find(ctx, left)
	found, err := all[convDoc](ctx, c, err)
	if err != nil {
		return wrapped("look for pending acts", err)
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
		if errors.Is(err, mongo.ErrNoDocuments) { // merged elsewhere: the contact's next message ends this merge
			_, err = s.db.conversations.UpdateOne(ctx, bson.M{"_id": d.Key}, set(bson.M{"into": ""}))
		} else if err == nil {
			err = s.join(ctx, d, kept)
		}
		if err != nil {
			return wrapped("end a merge", err)
		}
	}
	return nil
}

// Export implements migrate.Records.
func (t *Transfer) Export(ctx context.Context, k migrate.Kind, until time.Time, visit func([]migrate.Row) error) error {
	return t.movers[k].exportRows(ctx, until, visit)
}

// Clear implements migrate.Records.
func (t *Transfer) Clear(ctx context.Context, k migrate.Kind) error {
	return clearAll(ctx, t.movers[k].collections()...)
}

// Import implements migrate.Records.
func (t *Transfer) Import(ctx context.Context, k migrate.Kind, rows []migrate.Row) error {
	if len(rows) == 0 {
		return nil
	}
	return t.movers[k].importRows(ctx, rows)
}

// markerDoc is the one document of the collection migration.
type markerDoc struct {
	ID     string `bson:"_id"`
	Marker string `bson:"mark"` // JSON
}

const markerID = "mark"

// Marker implements migrate.MarkerStore.
func (t *Transfer) Marker(ctx context.Context) (*migrate.Marker, error) {
	var d markerDoc
	err := t.markers.FindOne(ctx, bson.M{"_id": markerID}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read marker: %w", err)
	}
	return migrate.ParseMarker(d.Marker)
}

// PutMarker implements migrate.MarkerStore.
func (t *Transfer) PutMarker(ctx context.Context, m *migrate.Marker) error {
	if m == nil {
		_, err := t.markers.DeleteOne(ctx, bson.M{"_id": markerID})
		return wrapped("remove marker", err)
	}
	text, err := m.Text()
	if err != nil {
		return err
	}
	_, err = t.markers.ReplaceOne(ctx, bson.M{"_id": markerID}, markerDoc{markerID, text}, options.Replace().SetUpsert(true))
	return wrapped("put marker", err)
}
