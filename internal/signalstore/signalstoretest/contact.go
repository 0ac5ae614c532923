package signalstoretest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/libsignal/util/optional"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
)

// Pair makes the calls to a new device that whatsmeow makes when a phone has scanned its QR code.
func Pair(ctx context.Context, tb testing.TB, d *signalstore.Device) {
	tb.Helper()
	w := d.Whatsmeow()
	id := types.NewADJID("5491100000000", 0, 7)
	w.ID, w.LID = &id, types.JID{User: "900", Device: 7, Server: types.HiddenUserServer}
	w.Account = &waAdv.ADVSignedDeviceIdentity{
		Details: []byte("details"), AccountSignature: make([]byte, 64),
		AccountSignatureKey: make([]byte, 32), DeviceSignature: make([]byte, 64),
	}
	w.Platform, w.PushName = "smba", "Taquería"
	require.NoError(tb, w.Save(ctx))
	require.NoError(tb, w.LIDs.PutLIDMapping(ctx, w.LID.ToNonAD(), id.ToNonAD()))
}

// Contact is a customer's phone with a Signal session of its own. It makes the calls to a device's stores that whatsmeow
// makes, in whatsmeow's order, for a message from the customer and for a reply.
type Contact struct {
	LID, PN types.JID
	Name    string

	mu    sync.Mutex // a phone does one thing at a time
	phone *store.Device
	sent  int
}

// Envelope is an encrypted message.
type Envelope struct {
	Bytes  []byte
	PreKey bool
}

// NewContact makes phone number n, which has fetched the prekeys of w and can write first.
func NewContact(ctx context.Context, tb testing.TB, w *store.Device, n int) *Contact {
	tb.Helper()
	c := &Contact{
		LID:  types.JID{User: fmt.Sprint(100000 + n), Server: types.HiddenUserServer},
		PN:   types.JID{User: fmt.Sprint(5491170000000 + n), Server: types.DefaultUserServer},
		Name: fmt.Sprintf("Cliente %d", n),
	}
	key := kv.DeviceKey{Shop: "phone", Channel: message.WhatsAppWeb}
	d, err := signalstore.New(kv.NewMemory(), signalstore.Options{CacheBytes: 1 << 30}).Open(ctx, key, 1)
	require.NoError(tb, err)
	c.phone = d.Whatsmeow()

	c.Begin(ctx, tb, w)
	return c
}

// Begin has the phone fetch prekeys of w and begin another session, as it does when w has asked for a message again.
func (c *Contact) Begin(ctx context.Context, tb testing.TB, w *store.Device) {
	tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	oneTime, err := w.PreKeys.GenOnePreKey(ctx)
	require.NoError(tb, err)
	bundle := prekey.NewBundle(w.RegistrationID, uint32(w.LID.Device), optional.NewOptionalUint32(oneTime.KeyID),
		w.SignedPreKey.KeyID, ecc.NewDjbECPublicKey(*oneTime.Pub), ecc.NewDjbECPublicKey(*w.SignedPreKey.Pub),
		*w.SignedPreKey.Signature, identity.NewKey(ecc.NewDjbECPublicKey(*w.IdentityKey.Pub)))
	builder := session.NewBuilderFromSignal(c.phone, w.LID.SignalAddress(), store.SignalProtobufSerializer)
	require.NoError(tb, builder.ProcessBundle(ctx, bundle))
}

// Write encrypts a message to w.
func (c *Contact) Write(ctx context.Context, w *store.Device) (Envelope, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	sealed, err := encrypt(ctx, c.phone, w.LID, fmt.Appendf(nil, "question %d", c.sent))
	return sealed, err
}

// Read decrypts a reply of w.
func (c *Contact) Read(ctx context.Context, w *store.Device, e Envelope) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var plaintext []byte
	err := c.phone.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) (err error) {
		plaintext, err = decrypt(ctx, c.phone, w.LID, e)
		return err
	})
	return plaintext, err
}

// Receive decrypts a message by w, as whatsmeow does with the decrypted event buffer on. handle stands for the event
// handler; its error leaves the message in the buffer.
func (c *Contact) Receive(ctx context.Context, w *store.Device, e Envelope, handle func(plaintext []byte) error) error {
	if err := w.LIDs.PutLIDMapping(ctx, c.LID, c.PN); err != nil {
		return err
	}
	hash := sha256.Sum256(e.Bytes)
	buffered, err := w.EventBuffer.GetBufferedEvent(ctx, hash)
	if err != nil {
		return err
	}
	var plaintext []byte
	switch {
	case buffered == nil:
		err = w.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) (err error) {
			if plaintext, err = decrypt(ctx, w, c.LID, e); err != nil {
				return err
			}
			return w.EventBuffer.PutBufferedEvent(ctx, hash, plaintext, time.Unix(1_760_000_000, 0))
		})
		if err != nil {
			return err
		}
	case buffered.Plaintext == nil:
		return nil // handled before
	default:
		plaintext = buffered.Plaintext
	}
	for _, name := range []types.JID{c.LID, c.PN} {
		if _, _, err := w.Contacts.PutPushName(ctx, name, c.Name); err != nil {
			return err
		}
	}
	if err := handle(plaintext); err != nil {
		return err
	}
	return w.EventBuffer.ClearBufferedEventPlaintext(ctx, hash)
}

// Reply encrypts a message of the device to the contact in a send transaction.
func (c *Contact) Reply(ctx context.Context, d *signalstore.Device, text string) (Envelope, error) {
	var e Envelope
	err := d.SendTxn(ctx, func(ctx context.Context) (err error) {
		e, err = c.ReplyOnce(ctx, d.Whatsmeow(), text)
		return err
	})
	return e, err
}

// ReplyOnce is Reply in the transaction of ctx or in none.
func (c *Contact) ReplyOnce(ctx context.Context, w *store.Device, text string) (Envelope, error) {
	if _, err := w.LIDs.GetPNForLID(ctx, c.LID); err != nil {
		return Envelope{}, err
	}
	if err := w.MsgSecrets.PutMessageSecret(ctx, c.LID, w.LID, "3EB0"+text, make([]byte, 32)); err != nil {
		return Envelope{}, err
	}
	if _, err := w.LIDs.GetManyLIDsForPNs(ctx, []types.JID{c.PN}); err != nil {
		return Envelope{}, err
	}
	_, cached, err := w.WithCachedSessions(ctx, []string{c.LID.SignalAddress().String()})
	if err != nil {
		return Envelope{}, err
	}
	e, err := encrypt(cached, w, c.LID, []byte(text))
	if err != nil {
		return Envelope{}, err
	}
	if err := w.PutCachedSessions(cached); err != nil {
		return Envelope{}, err
	}
	if _, err := w.PrivacyTokens.GetPrivacyToken(ctx, c.LID); err != nil {
		return Envelope{}, err
	}
	_, err = w.NCTSalt.GetNCTSalt(ctx)
	return e, err
}

// encrypt and decrypt pad, because an empty plaintext means "handled" to whatsmeow.
func encrypt(ctx context.Context, w *store.Device, to types.JID, plaintext []byte) (Envelope, error) {
	builder := session.NewBuilderFromSignal(w, to.SignalAddress(), store.SignalProtobufSerializer)
	sealed, err := session.NewCipher(builder, to.SignalAddress()).Encrypt(ctx, append(plaintext, 1))
	if err != nil {
		return Envelope{}, err
	}
	return Envelope{Bytes: sealed.Serialize(), PreKey: sealed.Type() == protocol.PREKEY_TYPE}, nil
}

func decrypt(ctx context.Context, w *store.Device, from types.JID, e Envelope) ([]byte, error) {
	builder := session.NewBuilderFromSignal(w, from.SignalAddress(), store.SignalProtobufSerializer)
	cipher := session.NewCipher(builder, from.SignalAddress())
	s := store.SignalProtobufSerializer
	var plaintext []byte
	if e.PreKey {
		m, err := protocol.NewPreKeySignalMessageFromBytes(e.Bytes, s.PreKeySignalMessage, s.SignalMessage)
		if err != nil {
			return nil, err
		}
		if plaintext, err = cipher.DecryptMessage(ctx, m); err != nil {
			return nil, err
		}
	} else {
		m, err := protocol.NewSignalMessageFromBytes(e.Bytes, s.SignalMessage)
		if err != nil {
			return nil, err
		}
		if plaintext, err = cipher.Decrypt(ctx, m); err != nil {
			return nil, err
		}
	}
	return plaintext[:len(plaintext)-1], nil
}
