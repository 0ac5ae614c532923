package signalstoretest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mau.fi/whatsmeow/types"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
)

func storedByPairing(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.open(Key)
	require.False(t, d.Paired())
	m := d.Whatsmeow()
	require.NoError(t, m.LIDs.PutLIDMapping(ctx, types.NewJID("1", types.HiddenUserServer), types.NewJID("2", types.DefaultUserServer)))
	require.NoError(t, m.Identities.PutIdentity(ctx, "1_1:0", [32]byte{1}))
	require.NoError(t, m.Sessions.PutSession(ctx, "1_1:0", []byte("imported")))
	require.Zero(t, w.spy.Applies.Load())
	Pair(ctx, t, d)
	require.Equal(t, int64(1), w.spy.Applies.Load(), "one apply stores everything")
	w.kill()
	m = w.open(Key).Whatsmeow()
	got, err := m.Sessions.GetSession(ctx, "1_1:0")
	require.NoError(t, err)
	require.Equal(t, "imported", string(got))
	pn, err := m.LIDs.GetPNForLID(ctx, types.NewJID("1", types.HiddenUserServer))
	require.NoError(t, err)
	require.Equal(t, "2", pn.User)

	empty := w.open(keyOther)
	require.NoError(t, empty.Whatsmeow().Identities.PutIdentity(ctx, "1_1:0", [32]byte{1}))
	w.close(empty)
	require.False(t, w.open(keyOther).Paired(), "an unpaired device leaves nothing")
}

func credentialsComeBack(t *testing.T, w *world) {
	d := w.paired(Key)
	before := d.Whatsmeow()
	before.PushName, before.LIDMigrationTimestamp, before.CompanionMetaNonce = "Nueva", -5, "nonce"
	require.NoError(t, before.Save(t.Context()))
	applies := w.spy.Applies.Load()
	require.NoError(t, before.Save(t.Context()))
	require.Equal(t, applies, w.spy.Applies.Load(), "saving the same is no write")
	w.kill()
	after := w.open(Key).Whatsmeow()
	require.Equal(t, before.ID, after.ID)
	require.Equal(t, before.LID, after.LID)
	require.Equal(t, before.NoiseKey, after.NoiseKey)
	require.Equal(t, before.IdentityKey, after.IdentityKey)
	require.Equal(t, before.SignedPreKey, after.SignedPreKey)
	require.Equal(t, before.RegistrationID, after.RegistrationID)
	require.Equal(t, before.AdvSecretKey, after.AdvSecretKey)
	require.Equal(t, before.Account.String(), after.Account.String())
	require.Equal(t,
		[]any{before.Platform, before.BusinessName, before.PushName, before.LIDMigrationTimestamp, before.CompanionMetaNonce, before.FacebookUUID},
		[]any{after.Platform, after.BusinessName, after.PushName, after.LIDMigrationTimestamp, after.CompanionMetaNonce, after.FacebookUUID})
}

func staleOwner(t *testing.T, w *world) {
	ctx := t.Context()
	stale := w.paired(Key)
	c := w.contact(stale, 1)
	w.says(c, stale)
	w.kill()
	owner := w.open(Key)
	_, err := c.Reply(ctx, stale, "from the past")
	require.ErrorIs(t, err, kv.ErrFenced)
	require.ErrorIs(t, err, context.Canceled)
	requireBroken(t, stale, kv.ErrFenced)
	require.Error(t, stale.Whatsmeow().Delete(ctx), "a stale owner deletes no credentials")
	require.NoError(t, stale.Close(ctx))
	w.says(c, owner)
	w.answered(c, owner, "from the owner")
	_, err = signalstore.New(w.spy, w.options).Open(ctx, Key, 1)
	require.ErrorIs(t, err, kv.ErrFenced)
}

func openedOnce(t *testing.T, w *world) {
	d := w.paired(Key)
	_, err := w.store.Open(t.Context(), Key, w.epoch)
	require.ErrorIs(t, err, signalstore.ErrOpen)
	w.close(d)
	require.ErrorIs(t, d.Whatsmeow().Save(t.Context()), signalstore.ErrClosed)
	w.close(w.open(Key))
}

func unlinked(t *testing.T, w *world) {
	ctx := t.Context()
	d, c := w.conversation()
	w.says(c, d)
	require.NoError(t, d.Whatsmeow().Delete(ctx))
	_, err := c.Reply(ctx, d, "too late")
	require.Error(t, err)
	select {
	case <-d.Broken():
		require.Fail(t, "deleted is not broken")
	default:
	}
	w.close(d)
	w.pass(29 * 24 * time.Hour)
	require.Zero(t, w.sweep())
	require.Len(t, w.devices(), 1)
	require.False(t, w.devices()[0].Paired())
	require.NotZero(t, w.stored(Key, kv.KindCreds), "deleted values are kept for 30 days")
	w.pass(2 * 24 * time.Hour)
	require.Equal(t, 1, w.sweep())
	require.Empty(t, w.devices())
	require.Zero(t, w.stored(Key, kv.KindCreds))
}

func (w *world) sweep() int {
	w.t.Helper()
	n, err := w.store.Sweep(w.t.Context())
	require.NoError(w.t, err)
	return n
}

func (w *world) devices() []kv.Info {
	w.t.Helper()
	list, err := w.store.Devices(w.t.Context())
	require.NoError(w.t, err)
	return list
}

// stored counts the values of a kind in the back end.
func (w *world) stored(key kv.DeviceKey, kind kv.Kind) int {
	w.t.Helper()
	rows, err := w.spy.Backend.Scan(w.t.Context(), key, []kv.Range{{Kind: kind}})
	require.NoError(w.t, err)
	return len(rows)
}

func linkedAgain(t *testing.T, w *world) {
	ctx := t.Context()
	d, c := w.conversation()
	w.says(c, d)
	old := d.Whatsmeow().IdentityKey
	require.NoError(t, d.Whatsmeow().Delete(ctx))
	w.close(d)

	d = w.open(Key)
	require.False(t, d.Paired())
	require.NotEqual(t, old, d.Whatsmeow().IdentityKey)
	has, err := d.Whatsmeow().Sessions.HasSession(ctx, c.LID.SignalAddress().String())
	require.NoError(t, err)
	require.False(t, has, "the old device's sessions are not used")
	require.NotZero(t, w.stored(Key, kv.KindSession), "they stay until the new device is paired")
	Pair(ctx, t, d)
	require.Zero(t, w.stored(Key, kv.KindSession))
	w.pass(60 * 24 * time.Hour)
	require.Zero(t, w.sweep())
	c = w.contact(d, 2)
	w.says(c, d)
	w.answered(c, d, "answer")
}

func destroyed(t *testing.T, w *world) {
	ctx := t.Context()
	d := w.paired(Key)
	w.close(w.paired(keyWeb))
	w.close(w.paired(keyOther))
	require.NoError(t, w.store.Destroy(ctx, Key, w.epoch))
	require.Error(t, d.Whatsmeow().Save(ctx))
	require.NoError(t, w.store.Destroy(ctx, Key, w.epoch), "again is fine")
	w.close(d)
	require.NoError(t, w.store.Destroy(ctx, keyWeb, w.epoch))
	require.ErrorIs(t, w.store.Destroy(ctx, keyOther, 1), kv.ErrFenced)
	for _, info := range w.devices() {
		require.Equal(t, info.Key == keyOther, info.Paired(), "%s", info.Key)
	}
	unpaired := shopN(1)
	require.NoError(t, w.store.Destroy(ctx, unpaired, w.epoch), "nothing to destroy")
}
