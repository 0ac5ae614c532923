package encrypted_test

import (
	"bytes"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/conversation/encrypted"
	"recado/internal/message"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// shops fills two shops with the same people and the same words.
func shops(t *testing.T) (path string, store *encrypted.Store, ids map[tenant.ShopID]conversation.ID) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "recado.db")
	_, records, v := open(t, path)
	store, ids = encrypted.New(records, v), map[tenant.ShopID]conversation.ID{}
	for _, shop := range []tenant.ShopID{"a", "b"} {
		for i, id := range []string{"M1", "M2"} {
			a, err := store.Append(t.Context(), message.In{
				Shop: shop, Channel: web, ID: id, Chat: message.Peer{Phone: "5491155550000"}, Sender: message.Peer{Phone: "5491155550000"},
				Name: "Ana", At: noon.Add(time.Duration(i) * time.Minute), Content: message.Content{Kind: message.Text, Text: "hola " + id},
			})
			require.NoError(t, err)
			ids[shop] = a.Conversation.ID
		}
		w, err := store.Next(t.Context(), shop, ids[shop], 10)
		require.NoError(t, err)
		_, err = store.Commit(t.Context(), conversation.Commit{
			Shop: shop, Conversation: ids[shop], Rev: w.Conversation.Rev, Run: []byte(`{"seq":1}`), At: noon,
			Handoff: &conversation.HandoffRequest{Reason: "flow", Note: "llamar"},
			Contact: []contact.Patch{{AddTags: []string{"vip"}, Vars: map[string]any{"x": "1", "y": "2"}}},
		})
		require.NoError(t, err)
		_, err = store.PutAsset(t.Context(), conversation.Asset{Shop: shop, Name: "menu"}, strings.NewReader("menu"))
		require.NoError(t, err)
	}
	return path, store, ids
}

// read opens everything of a shop.
func read(t *testing.T, s *encrypted.Store, shop tenant.ShopID, id conversation.ID) error {
	t.Helper()
	ctx := t.Context()
	_, listed := s.Conversation(ctx, shop, id)
	_, list := s.Conversations(ctx, shop, conversation.Page{Limit: 10})
	_, work := s.Next(ctx, shop, id, 10)
	_, history := s.Messages(ctx, shop, id, conversation.Newest, 10)
	var file bytes.Buffer
	return errors.Join(listed, list, work, history, s.WriteAsset(ctx, shop, "menu", &file))
}

// What was damaged, or moved from another shop or field, is refused; the other
// shop goes on.
func TestDamageIsRefusedAndStaysInItsShop(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]string{
		"content of another shop":   `UPDATE messages SET body = (SELECT body FROM messages WHERE shop = 'b' AND id = 'M1') WHERE shop = 'a' AND id = 'M1'`,
		"content of another id":     `UPDATE messages SET body = (SELECT body FROM messages WHERE shop = 'a' AND id = 'M1') WHERE shop = 'a' AND id = 'M2'`,
		"content in the clear":      `UPDATE messages SET body = json_object('content', json_object('kind', 'text', 'text', 'forged')) WHERE shop = 'a' AND id = 'M1'`,
		"preview of another shop":   `UPDATE conversations SET last_text = (SELECT last_text FROM conversations WHERE shop = 'b') WHERE shop = 'a'`,
		"preview in the clear":      `UPDATE conversations SET last_text = 'forged' WHERE shop = 'a'`,
		"preview of another":        `UPDATE conversations SET last_id = 'M1' WHERE shop = 'a'`,
		"run of another shop":       `UPDATE conversations SET run = (SELECT run FROM conversations WHERE shop = 'b') WHERE shop = 'a'`,
		"run in the clear":          `UPDATE conversations SET run = CAST('{}' AS BLOB) WHERE shop = 'a'`,
		"run is a note":             `UPDATE conversations SET run = CAST('"' || json_extract(attention, '$.note') || '"' AS BLOB) WHERE shop = 'a'`,
		"name of another shop":      `UPDATE contacts SET name = (SELECT name FROM contacts WHERE shop = 'b') WHERE shop = 'a'`,
		"name is a phone":           `UPDATE contacts SET name = phone WHERE shop = 'a'`,
		"phone of another shop":     `UPDATE contacts SET phone = (SELECT phone FROM contacts WHERE shop = 'b') WHERE shop = 'a'`,
		"phone is a LID":            `UPDATE contacts SET lid = phone WHERE shop = 'a'`,
		"alias is nonsense":         `UPDATE contacts SET aliases = 'nonsense' WHERE shop = 'a'`,
		"tags of another shop":      `UPDATE contacts SET tags = (SELECT tags FROM contacts WHERE shop = 'b') WHERE shop = 'a'`,
		"variables change places":   `UPDATE contacts SET vars = json_object('x', json_extract(vars, '$.y')) WHERE shop = 'a'`,
		"variable in the clear":     `UPDATE contacts SET vars = '{"x":7}' WHERE shop = 'a'`,
		"file of another shop":      `UPDATE asset_pieces SET data = (SELECT data FROM asset_pieces WHERE shop = 'b') WHERE shop = 'a'`,
		"file cut off":              `UPDATE asset_pieces SET data = substr(data, 1, length(data) - 1) WHERE shop = 'a'`,
		"a bit of the run flipped":  `UPDATE conversations SET run = CAST(replace(CAST(run AS TEXT), substr(CAST(run AS TEXT), 20, 1), iif(substr(CAST(run AS TEXT), 20, 1) = 'A', 'B', 'A')) AS BLOB) WHERE shop = 'a'`,
		"a letter of the name gone": `UPDATE contacts SET name = substr(name, 1, length(name) - 1) WHERE shop = 'a'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, store, ids := shops(t)
			require.NoError(t, read(t, store, "a", ids["a"]))
			tamper(t, path, harm)
			require.ErrorIs(t, read(t, store, "a", ids["a"]), vault.ErrCorrupt)
			require.NoError(t, read(t, store, "b", ids["b"]))
		})
	}
}

// Without its key a shop's records cannot be opened, and other shops are not affected.
func TestShredding(t *testing.T) {
	t.Parallel()
	path, store, ids := shops(t)
	_, _, v := open(t, path)
	require.NoError(t, v.Shred(t.Context(), "a"))
	_, records, again := open(t, path)
	later := encrypted.New(records, again)
	require.ErrorIs(t, read(t, later, "a", ids["a"]), vault.ErrCorrupt)
	require.NoError(t, read(t, later, "b", ids["b"]))
	require.NoError(t, read(t, store, "a", ids["a"]), "a process that had the key forgets it within vault.FreshFor")
}

func tamper(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	res, err := db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
	n, err := res.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}
