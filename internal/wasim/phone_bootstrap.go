package wasim

import (
	"bytes"
	"compress/zlib"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"google.golang.org/protobuf/proto"
)

// bootstrap sends a newly linked device the keys of the application state and a
// first history. Clients hold their events back until both arrive.
func (p *phone) bootstrap(c *companion) {
	history, err := p.history()
	if err != nil {
		p.srv.log.Error("make a history", "error", err)
		return
	}
	key := make([]byte, 32)
	fill(key)
	p.sendPeerMessage(c, &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum(),
		AppStateSyncKeyShare: &waE2E.AppStateSyncKeyShare{Keys: []*waE2E.AppStateSyncKey{{
			KeyID: &waE2E.AppStateSyncKeyId{KeyID: []byte{0, 0, 0, 0, 0, 1}},
			KeyData: &waE2E.AppStateSyncKeyData{
				KeyData:     key,
				Fingerprint: &waE2E.AppStateSyncKeyFingerprint{RawID: new(p.acc.rawID), CurrentIndex: proto.Uint32(1), DeviceIndexes: []uint32{0, 1}},
				Timestamp:   new(p.srv.o.Now().UnixMilli()),
			},
		}}},
	})
	p.sendPeerMessage(c, &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION.Enum(),
		HistorySyncNotification: &waE2E.HistorySyncNotification{
			SyncType:                          waE2E.HistorySyncType_INITIAL_BOOTSTRAP.Enum(),
			ChunkOrder:                        proto.Uint32(1),
			Progress:                          proto.Uint32(100),
			InitialHistBootstrapInlinePayload: history,
		},
	})
}

// sendPeerMessage sends a protocol message to a device of the phone's own account.
func (p *phone) sendPeerMessage(c *companion, m *waE2E.ProtocolMessage) {
	plain, err := proto.Marshal(&waE2E.Message{ProtocolMessage: m})
	if err != nil {
		p.srv.log.Error("encode a protocol message", "error", err)
		return
	}
	id := newID()
	p.mu.Lock()
	p.sent.keep(id, plain)
	p.mu.Unlock()
	p.encryptAndDeliver(&envelope{id: id, from: address{p.acc, 0}, to: c.addr(), at: p.srv.o.Now(), kind: "text", category: "peer"}, plain)
}

// history is a first history with no chat, deflated.
func (p *phone) history() ([]byte, error) {
	own := p.acc.jid(ByPN, 0).String()
	plain, err := proto.Marshal(&waHistorySync.HistorySync{
		SyncType:                 waHistorySync.HistorySync_INITIAL_BOOTSTRAP.Enum(),
		ChunkOrder:               proto.Uint32(1),
		Progress:                 proto.Uint32(100),
		Pushnames:                []*waHistorySync.Pushname{{ID: &own, Pushname: new(p.displayName())}},
		PhoneNumberToLidMappings: []*waHistorySync.PhoneNumberToLIDMapping{{PnJID: &own, LidJID: new(p.acc.jid(ByLID, 0).String())}},
	})
	if err != nil {
		return nil, fmt.Errorf("encode a history: %w", err)
	}
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("deflate a history: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("deflate a history: %w", err)
	}
	return out.Bytes(), nil
}

// peerMessage counts a request of a device of the own account. It is not answered:
// the simulator's phones keep no history and no application state.
func (p *phone) peerMessage(m *waE2E.Message) []*receipt {
	p.srv.stats.peer(m.GetProtocolMessage().GetType().String())
	return nil
}
