package sealed_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/conversation/sealed"
	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/signalstoretest"
	"recado/internal/store/sqlite"
	"recado/internal/tenant"
)

const (
	shop = tenant.ShopID("taqueria")
	web  = message.WhatsAppBaileys
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestTheFilesTellNothing lives through a conversation of which every private
// word is known, and looks for those words in the bytes of the database.
func TestTheFilesTellNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "recado.db")
	db, records, v := open(t, path)
	signal, err := sqlite.NewSignal(t.Context(), db)
	require.NoError(t, err)
	canaries := live(t, sealed.New(records, v), signalstore.New(signal, signalstore.Options{Sealers: v.Device}))
	require.Empty(t, found(t, path, canaries))
	require.NoError(t, db.Close())
	require.Empty(t, found(t, path, canaries), "after the log went into the file")
}

// TestTheFilesTellAllWithoutSeal is the proof that the search finds what is there.
func TestTheFilesTellAllWithoutSeal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "recado.db")
	db, records, _ := open(t, path)
	signal, err := sqlite.NewSignal(t.Context(), db)
	require.NoError(t, err)
	canaries := live(t, records, signalstore.New(signal, signalstore.Options{}))
	got := found(t, path, canaries)
	for name := range canaries {
		require.Contains(t, got, name)
	}
}

// live has a shop link a phone, hear of a customer, and answer. It returns what
// nobody may read in the files.
func live(t *testing.T, store conversation.Store, devices *signalstore.Store) map[string][]byte {
	t.Helper()
	ctx := t.Context()
	d, err := devices.Open(ctx, signalstore.DeviceKey{Shop: shop, Channel: web}, 1)
	require.NoError(t, err)
	signalstoretest.Pair(ctx, t, d)
	w := d.Whatsmeow()
	customer := signalstoretest.NewContact(ctx, t, w, 9993)
	for handled := range 2 { // the second stays in the buffer
		e, err := customer.Write(ctx, w)
		require.NoError(t, err)
		err = customer.Receive(ctx, w, e, func([]byte) error {
			if handled == 1 {
				return errors.New("the disk is full")
			}
			return nil
		})
		require.Equal(t, handled == 0, err == nil)
	}
	_, _, err = w.Contacts.PutPushName(ctx, customer.PN, "Zacarías en WhatsApp")
	require.NoError(t, err)
	require.NoError(t, d.Flush(ctx))

	peer := message.Peer{LID: customer.LID.User, Phone: customer.PN.User}
	in := message.In{
		Shop: shop, Channel: web, ID: "M1", Chat: peer, Sender: peer, Name: "Zacarías Canario", At: noon,
		Content: message.Content{Kind: message.Text, Text: "mi tarjeta termina en 4417"},
	}
	a, err := store.Append(ctx, in)
	require.NoError(t, err)
	photo := in
	photo.ID, photo.Content = "M2", message.Content{Kind: message.Image, Media: &message.Media{
		Caption: "foto de mi casa", Filename: "recibo-privado.jpg", Ref: []byte("media key of the photo"), Data: []byte("pixels of the photo"),
	}}
	group := in
	group.ID, group.Chat, group.Sender = "M3", message.Peer{Group: "120363000000099"}, message.Peer{Phone: "5491170008888"}
	for _, m := range []message.In{photo, group} {
		_, err := store.Append(ctx, m)
		require.NoError(t, err)
	}
	_, err = store.Adopt(ctx, cluster.Lease{Shop: shop, Node: "n", Epoch: 1})
	require.NoError(t, err)
	_, err = store.Open(ctx, shop, web, message.Peer{Phone: "5491170007777"}, noon)
	require.NoError(t, err)
	work, err := store.Next(ctx, shop, a.Conversation.ID, 10)
	require.NoError(t, err)
	_, err = store.Commit(ctx, conversation.Commit{
		Shop: shop, Conversation: a.Conversation.ID, Rev: work.Conversation.Rev, Epoch: 1, At: noon,
		Run: []byte(`{"vars":{"said":"variable of the run"}}`), Attention: &conversation.Attention{Reason: "flow", Note: "se queja del picante"},
		Done: []int64{work.Items[0].N}, Dead: []conversation.Dead{{N: work.Items[1].N, Reason: "panic: while reading his photo"}},
		Sends: []conversation.Send{{MessageID: "OUT1", To: peer, By: "flow", Content: message.Content{Kind: message.Text, Text: strings.Repeat("respuesta muy larga ", 40)}}},
		Contact: []conversation.ContactPatch{{
			AddTags: []string{"cliente-moroso"}, Vars: map[string]any{"address": "Calle Falsa 123"}, Fields: map[string]any{"birthday": "1 de abril"},
		}},
		Calls: []conversation.Call{{Key: "K1", Request: []byte(`{"url":"https://pos.example/?client=moctezuma"}`)}},
		Trace: []byte(`{"heard":"trace of what was heard"}`),
	})
	require.NoError(t, err)
	_, err = store.Push(ctx, shop, a.Conversation.ID, conversation.Note{Key: "K2", Input: []byte(`{"data":"balance of the account"}`)})
	require.NoError(t, err)
	_, err = store.PutAsset(ctx, conversation.Asset{Shop: shop, Name: "menu"}, strings.NewReader("what is in the file"))
	require.NoError(t, err)

	session, err := w.Sessions.GetSession(ctx, customer.LID.SignalAddress().String())
	require.NoError(t, err)
	require.NotEmpty(t, session)
	canaries := map[string][]byte{
		"phone": []byte(peer.Phone), "LID": []byte(peer.LID), "group": []byte("120363000000099"), "member": []byte("5491170008888"),
		"never wrote": []byte("5491170007777"), "name": []byte(in.Name), "name on WhatsApp": []byte("Zacarías en WhatsApp"),
		"text": []byte(in.Content.Text), "caption": []byte("foto de mi casa"), "file name": []byte("recibo-privado.jpg"),
		"reference": []byte("media key of the photo"), "data": []byte("pixels of the photo"), "answer": []byte("respuesta muy larga"),
		"run": []byte("variable of the run"), "note": []byte("se queja del picante"), "reason": []byte("while reading his photo"),
		"tag": []byte("cliente-moroso"), "variable": []byte("Calle Falsa 123"), "field": []byte("1 de abril"),
		"call": []byte("client=moctezuma"), "input": []byte("balance of the account"), "trace": []byte("trace of what was heard"),
		"file": []byte("what is in the file"), "buffered message": []byte("question 2"),
		"noise key": w.NoiseKey.Priv[:], "identity key": w.IdentityKey.Priv[:], "signed prekey": w.SignedPreKey.Priv[:],
		"secret of the account": w.AdvSecretKey, "session": session[len(session)/2:][:24], "shop's number": []byte(w.ID.User),
	}
	require.NoError(t, d.Close(ctx))
	return canaries
}

// found are the canaries in the bytes of the database and its log: as they are,
// in hex, or in base64 wherever it begins.
func found(t *testing.T, path string, canaries map[string][]byte) map[string]string {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	got := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for name, canary := range canaries {
			for _, form := range forms(canary) {
				if bytes.Contains(data, form) {
					got[name] = file
				}
			}
		}
	}
	return got
}

func forms(b []byte) [][]byte {
	digits := []byte(hex.EncodeToString(b))
	all := [][]byte{b, digits, bytes.ToUpper(digits)}
	for shift := range 3 {
		shifted := append(make([]byte, shift), b...)
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := []byte(e.EncodeToString(shifted))
			all = append(all, text[(shift*8+5)/6:len(shifted)*8/6]) // what does not hang on its neighbours
		}
	}
	return all
}
