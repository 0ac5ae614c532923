package signalstore_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
)

// A device from a backup has lost its messages since. With skipped keys the phone reads it; as it is, the phone does not.
func TestAfterRestoreFromABackup(t *testing.T) {
	t.Parallel()
	for _, ahead := range []bool{true, false} {
		t.Run(fmt.Sprint("with skipped keys ", ahead), func(t *testing.T) {
			t.Parallel()
			ctx, b := t.Context(), newForgetful()
			key := kv.DeviceKey{Shop: "tacos", Channel: message.WhatsAppBaileys}
			d, err := signalstore.New(b, signalstore.Options{}).Open(ctx, key, 1)
			require.NoError(t, err)
			signalstoretest.Pair(ctx, t, d)
			var contacts []*signalstoretest.Contact
			for n := range 3 {
				c := signalstoretest.NewContact(ctx, t, d.Whatsmeow(), n+1)
				e, err := c.Write(ctx, d.Whatsmeow())
				require.NoError(t, err)
				require.NoError(t, c.Receive(ctx, d.Whatsmeow(), e, func([]byte) error { return nil }))
				contacts = append(contacts, c)
			}
			says := func(d *signalstore.Device, c *signalstoretest.Contact, text string) error {
				e, err := c.Reply(ctx, d, text)
				require.NoError(t, err)
				got, err := c.Read(ctx, d.Whatsmeow(), e)
				if err == nil {
					require.Equal(t, text, string(got))
				}
				return err
			}
			backup := len(b.log)
			for n := range 5 {
				require.NoError(t, says(d, contacts[0], fmt.Sprint("since the backup ", n)))
			}
			b.forget(t, len(b.log)-backup)

			store := signalstore.New(b, signalstore.Options{})
			if ahead {
				n, err := store.AfterRestore(ctx, key, 1)
				require.NoError(t, err)
				require.Equal(t, 3, n)
			}
			d, err = store.Open(ctx, key, 2)
			require.NoError(t, err)
			err = says(d, contacts[0], "restored")
			require.Equal(t, ahead, err == nil, "%v", err)
			require.NoError(t, says(d, contacts[1], "nothing was forgotten"))
			require.NoError(t, d.Close(ctx))
		})
	}
}

// Without a linked device there is nothing to skip.
func TestAfterRestoreWithoutADevice(t *testing.T) {
	t.Parallel()
	n, err := signalstore.New(kv.NewMemory(), signalstore.Options{}).AfterRestore(t.Context(), kv.DeviceKey{Shop: "a", Channel: message.WhatsAppWeb}, 1)
	require.NoError(t, err)
	require.Zero(t, n)
}
