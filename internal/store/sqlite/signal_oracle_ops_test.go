package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

func oracleAccount() *waAdv.ADVSignedDeviceIdentity {
	return &waAdv.ADVSignedDeviceIdentity{
		Details: []byte("details"), AccountSignature: make([]byte, 64),
		AccountSignatureKey: make([]byte, 32), DeviceSignature: make([]byte, 64),
	}
}

// mac makes 32 bytes of a few.
func mac(b ...byte) []byte { return append(b, make([]byte, 32-len(b))...) }

// oracleOps are whatsmeow's store methods with random arguments. Reads are listed more than once where they matter.
var oracleOps = []oracleOp{
	{"PutSession", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Sessions.PutSession(ctx, pick(r, addresses), bytesFrom(r)))
	}},
	{"PutManySessions", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Sessions.PutManySessions(ctx, map[string][]byte{pick(r, addresses): bytesFrom(r), pick(r, addresses): bytesFrom(r)}))
	}},
	{"GetSession", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		address := pick(r, addresses)
		v, err := inTxn(ctx, m, func(ctx context.Context) ([]byte, error) { return m.Sessions.GetSession(ctx, address) })
		return show(err, v, v == nil)
	}},
	{"GetManySessions", func(ctx context.Context, m *store.Device, _ *rand.Rand, _ oracleState) string {
		v, err := inTxn(ctx, m, func(ctx context.Context) (map[string][]byte, error) {
			return m.Sessions.GetManySessions(ctx, addresses)
		})
		return show(err, sorted(v))
	}},
	{"HasSession", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		v, err := m.Sessions.HasSession(ctx, pick(r, addresses))
		return show(err, v)
	}},
	{"DeleteSession", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Sessions.DeleteSession(ctx, pick(r, addresses)))
	}},
	{"DeleteAllSessions", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Sessions.DeleteAllSessions(ctx, pick(r, []string{"1", "11", "22", "22_1"})))
	}},
	{"MigratePNToLID", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Sessions.MigratePNToLID(ctx, pn(r), lid(r)))
	}},
	{"PutIdentity", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Identities.PutIdentity(ctx, pick(r, addresses), [32]byte{byte(r.IntN(3))}))
	}},
	{"IsTrustedIdentity", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		v, err := m.Identities.IsTrustedIdentity(ctx, pick(r, addresses), [32]byte{byte(r.IntN(3))})
		return show(err, v)
	}},
	{"DeleteIdentity", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Identities.DeleteIdentity(ctx, pick(r, addresses)))
	}},
	{"DeleteAllIdentities", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Identities.DeleteAllIdentities(ctx, pick(r, []string{"1", "22_1"})))
	}},
	{"PutSenderKey", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.SenderKeys.PutSenderKey(ctx, pick(r, []string{"g1@g.us", "g2@g.us"}), pick(r, addresses), bytesFrom(r)))
	}},
	{"GetSenderKey", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		v, err := m.SenderKeys.GetSenderKey(ctx, pick(r, []string{"g1@g.us", "g2@g.us"}), pick(r, addresses))
		return show(err, v, v == nil)
	}},
	{"prekeys", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		batch, err := m.PreKeys.GetOrGenPreKeys(ctx, uint32(3+r.IntN(4)))
		if err != nil || r.IntN(2) == 0 {
			return show(err, len(batch))
		}
		first := batch[0]
		again, err := m.PreKeys.GetPreKey(ctx, first.KeyID)
		if err != nil {
			return show(err)
		}
		err = m.PreKeys.MarkPreKeysAsUploaded(ctx, batch[len(batch)-1].KeyID)
		return show(err, len(batch), *again.Priv == *first.Priv, *again.Pub == *first.Pub)
	}},
	{"use a prekey", func(ctx context.Context, m *store.Device, _ *rand.Rand, _ oracleState) string {
		one, err := m.PreKeys.GenOnePreKey(ctx)
		if err != nil {
			return show(err)
		}
		before, err := m.PreKeys.UploadedPreKeyCount(ctx)
		if err != nil {
			return show(err)
		}
		if err := m.PreKeys.RemovePreKey(ctx, one.KeyID); err != nil {
			return show(err)
		}
		gone, err := m.PreKeys.GetPreKey(ctx, one.KeyID)
		return show(err, before, gone == nil)
	}},
	{"UploadedPreKeyCount", func(ctx context.Context, m *store.Device, _ *rand.Rand, _ oracleState) string {
		n, err := m.PreKeys.UploadedPreKeyCount(ctx)
		return show(err, n)
	}},
	{"app state keys", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		id := []byte{0, byte(r.IntN(3))}
		key := store.AppStateSyncKey{Data: bytesFrom(r), Fingerprint: bytesFrom(r), Timestamp: int64(s.step - 20*r.IntN(2))}
		if err := m.AppStateKeys.PutAppStateSyncKey(ctx, id, key); err != nil {
			return show(err)
		}
		got, err := m.AppStateKeys.GetAppStateSyncKey(ctx, id)
		if err != nil {
			return show(err)
		}
		missing, err := m.AppStateKeys.GetAppStateSyncKey(ctx, []byte{9})
		if err != nil {
			return show(err)
		}
		latest, err := m.AppStateKeys.GetLatestAppStateSyncKeyID(ctx)
		return show(err, *got, missing == nil, latest)
	}},
	{"GetAllAppStateSyncKeys", func(ctx context.Context, m *store.Device, _ *rand.Rand, _ oracleState) string {
		list, err := m.AppStateKeys.GetAllAppStateSyncKeys(ctx)
		text := ""
		for _, key := range list {
			text += fmt.Sprint(*key)
		}
		return show(err, text)
	}},
	{"PutAppStateVersion", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		name := pick(r, []string{"critical", "regular"})
		if err := m.AppState.PutAppStateVersion(ctx, name, uint64(s.step+1), [128]byte{byte(s.step)}); err != nil {
			return show(err)
		}
		return show(m.AppState.PutAppStateMutationMACs(ctx, name, uint64(s.step+1), []store.AppStateMutationMAC{
			{IndexMAC: mac(1), ValueMAC: mac(byte(s.step))}, {IndexMAC: mac(2, byte(r.IntN(3))), ValueMAC: mac(byte(r.IntN(256)))},
		}))
	}},
	{"GetAppStateVersion", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		name := pick(r, []string{"critical", "regular"})
		version, hash, err := m.AppState.GetAppStateVersion(ctx, name)
		if err != nil {
			return show(err)
		}
		value, err := m.AppState.GetAppStateMutationMAC(ctx, name, mac(1))
		return show(err, version, hash, value, value == nil)
	}},
	{"DeleteAppStateVersion", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.AppState.DeleteAppStateVersion(ctx, pick(r, []string{"critical", "regular"})))
	}},
	{"DeleteAppStateMutationMACs", func(ctx context.Context, m *store.Device, _ *rand.Rand, _ oracleState) string {
		return show(m.AppState.DeleteAppStateMutationMACs(ctx, "critical", [][]byte{mac(1), mac(2, 0), mac(7)}))
	}},
	{"PutPushName", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		changed, previous, err := m.Contacts.PutPushName(ctx, pick(r, persons), pick(r, names))
		return show(err, changed, previous)
	}},
	{"PutBusinessName", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		changed, previous, err := m.Contacts.PutBusinessName(ctx, pick(r, persons), pick(r, names))
		return show(err, changed, previous)
	}},
	{"PutContactName", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Contacts.PutContactName(ctx, pick(r, persons), pick(r, names), "full "+pick(r, names)))
	}},
	{"PutAllContactNames", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Contacts.PutAllContactNames(ctx, []store.ContactEntry{
			{JID: persons[0], FirstName: pick(r, names), FullName: "x"}, {JID: persons[3], FullName: pick(r, names) + "y"},
		}))
	}},
	{"PutManyRedactedPhones", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.Contacts.PutManyRedactedPhones(ctx, []store.RedactedPhoneEntry{
			{JID: pick(r, persons), RedactedPhone: "+54∙∙∙" + pick(r, names)},
		}))
	}},
	{"GetContact", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		v, err := m.Contacts.GetContact(ctx, pick(r, persons))
		return show(err, v)
	}},
	{"GetAllContacts", func(ctx context.Context, m *store.Device, _ *rand.Rand, _ oracleState) string {
		v, err := m.Contacts.GetAllContacts(ctx)
		return show(err, sorted(v))
	}},
	{"chat settings", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		chat := pick(r, persons)
		var err error
		switch r.IntN(4) {
		case 0:
			err = m.ChatSettings.PutMutedUntil(ctx, chat, pick(r, []time.Time{{}, store.MutedForever, oracleTime(s)}))
		case 1:
			err = m.ChatSettings.PutPinned(ctx, chat, r.IntN(2) == 0)
		case 2:
			err = m.ChatSettings.PutArchived(ctx, chat, r.IntN(2) == 0)
		}
		if err != nil {
			return show(err)
		}
		v, err := m.ChatSettings.GetChatSettings(ctx, chat)
		return show(err, v)
	}},
	{"PutMessageSecret", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		chat, sender := pick(r, persons), pick(r, persons)
		sender.Device = 3
		id := fmt.Sprint("id", s.step)
		if err := m.MsgSecrets.PutMessageSecret(ctx, chat, sender, id, bytesFrom(r)); err != nil {
			return show(err)
		}
		if err := m.MsgSecrets.PutMessageSecrets(ctx, []store.MessageSecretInsert{{Chat: chat, Sender: sender, ID: id, Secret: bytesFrom(r)}}); err != nil {
			return show(err)
		}
		secret, from, err := m.MsgSecrets.GetMessageSecret(ctx, chat, sender, id)
		return show(err, secret, from)
	}},
	{"GetMessageSecret", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		id := fmt.Sprint("id", r.IntN(s.step+1))
		secret, from, err := m.MsgSecrets.GetMessageSecret(ctx, pick(r, persons), pick(r, persons), id)
		return show(err, secret, from, secret == nil)
	}},
	{"PutPrivacyTokens", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		at := oracleTime(s).Add(-time.Duration(r.IntN(40)) * time.Second * 1000)
		t := store.PrivacyToken{User: pick(r, persons), Token: bytesFrom(r), Timestamp: at.Add(time.Duration(s.step) * time.Second)}
		if r.IntN(2) == 0 {
			t.SenderTimestamp = oracleTime(s)
		}
		return show(m.PrivacyTokens.PutPrivacyTokens(ctx, t))
	}},
	{"GetPrivacyToken", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		t, err := m.PrivacyTokens.GetPrivacyToken(ctx, pick(r, persons))
		if err != nil || t == nil {
			return show(err, nil)
		}
		return show(nil, t.User, t.Token, t.Timestamp.Unix(), t.SenderTimestamp.Unix())
	}},
	{"DeleteExpiredPrivacyTokens", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		n, err := m.PrivacyTokens.DeleteExpiredPrivacyTokens(ctx, oracleTime(s).Add(-time.Duration(r.IntN(60))*time.Second*1000))
		return show(err, n)
	}},
	{"salt", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		var err error
		switch r.IntN(3) {
		case 0:
			err = m.NCTSalt.PutNCTSalt(ctx, bytesFrom(r))
		case 1:
			err = m.NCTSalt.DeleteNCTSalt(ctx)
		}
		if err != nil {
			return show(err)
		}
		salt, err := m.NCTSalt.GetNCTSalt(ctx)
		return show(err, salt, salt == nil)
	}},
	{"PutBufferedEvent", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		undo, plaintext, address, session := r.IntN(3) == 0, bytesFrom(r), pick(r, addresses), bytesFrom(r)
		return show(m.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
			if err := m.Sessions.PutSession(ctx, address, session); err != nil {
				return err
			}
			if err := m.EventBuffer.PutBufferedEvent(ctx, oracleHash(s.step), plaintext, oracleTime(s)); err != nil {
				return err
			}
			if undo {
				return errUndo
			}
			return nil
		}))
	}},
	{"GetBufferedEvent", func(ctx context.Context, m *store.Device, r *rand.Rand, s oracleState) string {
		hash := oracleHash(s.from + r.IntN(s.step-s.from+1))
		if r.IntN(2) == 0 {
			if err := m.EventBuffer.ClearBufferedEventPlaintext(ctx, hash); err != nil {
				return show(err)
			}
		}
		e, err := m.EventBuffer.GetBufferedEvent(ctx, hash)
		if err != nil || e == nil {
			return show(err, nil)
		}
		return show(nil, e.Plaintext, e.Plaintext == nil, e.ServerTime)
	}},
	{"PutLIDMapping", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.LIDs.PutLIDMapping(ctx, pick(r, persons), pick(r, persons)))
	}},
	{"PutManyLIDMappings", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		return show(m.LIDs.PutManyLIDMappings(ctx, []store.LIDMapping{
			{LID: lid(r), PN: pn(r)}, {LID: persons[0], PN: persons[5]}, {LID: types.NewJID("44", types.HiddenUserServer), PN: types.NewJID("44", types.DefaultUserServer)},
		}))
	}},
	{"GetLIDForPN", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		jid := pick(r, persons)
		jid.Device = 4
		v, err := m.LIDs.GetLIDForPN(ctx, jid)
		return show(err, v)
	}},
	{"GetPNForLID", func(ctx context.Context, m *store.Device, r *rand.Rand, _ oracleState) string {
		v, err := m.LIDs.GetPNForLID(ctx, pick(r, persons))
		return show(err, v)
	}},
	{"GetManyLIDsForPNs", func(ctx context.Context, m *store.Device, _ *rand.Rand, _ oracleState) string {
		v, err := m.LIDs.GetManyLIDsForPNs(ctx, append([]types.JID{{User: "1", Device: 9, Server: types.DefaultUserServer}}, persons...))
		return show(err, sorted(v))
	}},
}
