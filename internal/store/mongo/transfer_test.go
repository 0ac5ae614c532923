package mongo

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"recado/internal/migrate"
)

// fieldsKnown are the fields of all documents that migrations copy or create,
// by collection. One that is not listed fails the test: teach transfer_rows.go or
// transfer_items.go what becomes of it, then list it.
var fieldsKnown = map[string]string{
	"vault_keys":      "_id purpose shop wrapped",
	"shops":           "_id createdAt name whatsapp",
	"users":           "_id admin createdAt email firstAdmin logins name passwordHash shops",
	"logins":          "_id createdAt expiresAt generation hash usedAt user",
	"api_keys":        "_id createdAt createdBy hash lastUsed name prefix role shop",
	"channels":        "_id createdAt enabled lastConnection name number reason shop status type updatedAt",
	"flows":           "_id doc flow hash number publishedAt publishedBy shop",
	"current_flows":   "_id flow number shop",
	"further_flows":   "_id flow number shop",
	"shop_settings":   "_id data section shop",
	"owners":          "_id epoch",
	"contacts":        "_id aliases createdAt fields group id language lid name patches phone rev shop tags vars",
	"contact_aliases": "_id contact shop",
	"conversations": "_id absorbed attention channel contact contactRev createdAt effects epoch id into lastAt lastDir lastId lastKind lastText ord paused recent rev run " +
		"seen sent shop top unread unrelayed windowUntil",
	"inbox":        "_id at body conv due key mid mine n note shop state token",
	"outbox":       "_id at body by channel conv mid notBefore ord shop state",
	"messages":     "_id at body by code conv dir mid n shop status",
	"timers":       "_id conv due shop token",
	"calls":        "_id at conv key request shop",
	"traces":       "_id at conv data rev shop",
	"assets":       "_id content createdAt mime name shop size",
	"asset_pieces": "_id content data i shop",
}

var documentsOf = map[string]any{
	"vault_keys": keyDoc{}, "shops": shopDoc{}, "users": userDoc{}, "logins": loginDoc{}, "api_keys": apiKeyDoc{}, "channels": channelDoc{},
	"flows": flowDoc{}, "current_flows": pointerDoc{}, "further_flows": pointerDoc{}, "shop_settings": sectionDoc{}, "owners": ownerDoc{},
	"contacts": contactDoc{}, "contact_aliases": aliasDoc{}, "conversations": convDoc{}, "inbox": inboxDoc{}, "outbox": outboxDoc{},
	"messages": messageDoc{}, "timers": timerDoc{}, "calls": callDoc{}, "traces": traceDoc{}, "assets": assetDoc{}, "asset_pieces": pieceDoc{},
}

// notTransferred are the other collections, each with the reason.
var notTransferred = map[string]string{"migration": "the mark itself"}

// A collection or a field that migrations do not know fails here.
func TestMigrationsKnowEveryField(t *testing.T) {
	t.Parallel()
	s := open(t, server.Database(t))
	_, err := NewVault(t.Context(), s)
	require.NoError(t, err)
	transfer := NewTransfer(s)
	require.NoError(t, transfer.PutMarker(t.Context(), &migrate.Marker{ID: "x", Role: migrate.Target}))
	var moved []string
	for _, k := range migrate.Kinds() {
		require.Contains(t, transfer.movers, k)
		for _, c := range transfer.movers[k].collections() {
			moved = append(moved, c.Name())
		}
	}
	slices.Sort(moved)
	require.Equal(t, slices.Compact(slices.Clone(moved)), moved, "each is moved once")

	there, err := s.db.shops.Database().ListCollectionNames(t.Context(), bson.M{})
	require.NoError(t, err)
	count := 0
	for f := range reflect.TypeFor[collections]().Fields() {
		if f.Type == reflect.TypeFor[*driver.Collection]() {
			count++
		}
	}
	require.Len(t, moved, count+1, "a collection that no migration copies; vault_keys is the one besides")
	for _, name := range there {
		if notTransferred[name] == "" {
			require.Contains(t, moved, name, "a collection that no migration copies")
		}
	}
	for _, name := range moved {
		require.Contains(t, documentsOf, name)
		var fields []string
		for f := range reflect.TypeOf(documentsOf[name]).Fields() {
			tag, _, _ := strings.Cut(f.Tag.Get("bson"), ",")
			if tag != "-" {
				fields = append(fields, tag)
			}
		}
		slices.Sort(fields)
		require.Equal(t, strings.Fields(fieldsKnown[name]), fields, "fields of %s", name)
	}
}
