// Package encryptedtest searches a store for private words: it plays a linked
// device and a conversation of which every private word is known, and looks for
// those words in bytes.
package encryptedtest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/cluster"
	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
	"recado/internal/tenant"
)

const (
	shop    = tenant.ShopID("taqueria")
	channel = message.WhatsAppBaileys
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Canaries are private words that must not be readable in a store, by their meaning.
type Canaries map[string][]byte

// Link has a shop link a phone and hear of a customer.
func Link(t *testing.T, devices *signalstore.Store) Canaries {
	t.Helper()
	ctx := t.Context()
	d, err := devices.Open(ctx, kv.DeviceKey{Shop: shop, Channel: channel}, 1)
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

	session, err := w.Sessions.GetSession(ctx, customer.LID.SignalAddress().String())
	require.NoError(t, err)
	require.NotEmpty(t, session)
	canaries := Canaries{
		"phone of a session": []byte(customer.PN.User), "LID of a session": []byte(customer.LID.User), "name on WhatsApp": []byte("Zacarías en WhatsApp"),
		"buffered message": []byte("question 2"), "noise key": w.NoiseKey.Priv[:], "identity key": w.IdentityKey.Priv[:],
		"signed prekey": w.SignedPreKey.Priv[:], "secret of the account": w.AdvSecretKey,
		"session": session[len(session)/2:][:24], "shop's number": []byte(w.ID.User),
	}
	require.NoError(t, d.Close(ctx))
	return canaries
}

// Converse has a customer write to the shop, in every way there is.
func Converse(t *testing.T, store conversation.Store) Canaries {
	t.Helper()
	ctx := t.Context()
	peer := message.Peer{LID: "109993", Phone: "5491170009993"}
	in := message.In{
		Shop: shop, Channel: channel, ID: "M1", Chat: peer, Sender: peer, Name: "Zacarías Canario", At: noon,
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
	_, err = store.Open(ctx, shop, channel, message.Peer{Phone: "5491170007777"}, noon)
	require.NoError(t, err)
	work, err := store.Next(ctx, shop, a.Conversation.ID, 10)
	require.NoError(t, err)
	_, err = store.Commit(ctx, conversation.Commit{
		Shop: shop, Conversation: a.Conversation.ID, Rev: work.Conversation.Rev, Epoch: 1, At: noon,
		Run: []byte(`{"vars":{"said":"variable of the run"}}`), Handoff: &conversation.HandoffRequest{Reason: "flow", Note: "se queja del picante"},
		Done: []int64{work.Items[0].N}, Failed: []conversation.FailedItem{{N: work.Items[1].N, Reason: "panic: while reading his photo"}},
		Sends: []conversation.Send{{MessageID: "OUT1", To: peer, By: "flow", Content: message.Content{Kind: message.Text, Text: strings.Repeat("respuesta muy larga ", 40)}}},
		Contact: []contact.Patch{{
			AddTags: []string{"cliente-moroso"}, Vars: map[string]any{"address": "Calle Falsa 123"}, Fields: map[string]any{"birthday": "1 de abril"},
		}},
		Calls: []conversation.Call{{Key: "K1", Request: []byte(`{"url":"https://pos.example/?client=moctezuma"}`)}},
		Trace: []byte(`{"heard":"trace of what was heard"}`),
	})
	require.NoError(t, err)
	_, err = store.Push(ctx, shop, a.Conversation.ID, conversation.QueuedInput{Key: "K2", Input: []byte(`{"data":"balance of the account"}`)})
	require.NoError(t, err)
	_, err = store.PutAsset(ctx, conversation.Asset{Shop: shop, Name: "menu"}, strings.NewReader("what is in the file"))
	require.NoError(t, err)
	return Canaries{
		"phone": []byte(peer.Phone), "LID": []byte(peer.LID), "group": []byte("120363000000099"), "member": []byte("5491170008888"),
		"never wrote": []byte("5491170007777"), "name": []byte(in.Name),
		"text": []byte(in.Content.Text), "caption": []byte("foto de mi casa"), "file name": []byte("recibo-privado.jpg"),
		"reference": []byte("media key of the photo"), "data": []byte("pixels of the photo"), "answer": []byte("respuesta muy larga"),
		"run": []byte("variable of the run"), "note": []byte("se queja del picante"), "reason": []byte("while reading his photo"),
		"tag": []byte("cliente-moroso"), "variable": []byte("Calle Falsa 123"), "field": []byte("1 de abril"),
		"call": []byte("client=moctezuma"), "input": []byte("balance of the account"), "trace": []byte("trace of what was heard"),
		"file": []byte("what is in the file"),
	}
}

// Found returns, sorted, which canaries are in data: as they are, in hex, or in
// base64 wherever it begins.
func (c Canaries) Found(data []byte) (names []string) {
	for name, canary := range c {
		if slices.ContainsFunc(forms(canary), func(form []byte) bool { return bytes.Contains(data, form) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Names returns all canaries' names, sorted.
func (c Canaries) Names() (names []string) {
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
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
