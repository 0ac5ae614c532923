package wasim_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"recado/internal/wasim/wasimtest"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"

	"go.mau.fi/libsignal/ecc"
)

// light is a client that does no more than the protocol demands and reads no
// message: a thousand of them fit in a test. It confirms whatever it is sent.
type light struct {
	sim    *wasimtest.Sim
	noise  *keys.KeyPair
	ident  *keys.KeyPair
	signed *keys.PreKey
	secret []byte
	device types.JID

	mu     sync.Mutex
	ns     *socket.NoiseSocket
	got    int // messages
	mute   bool
	owed   []wabin.Node // receipts, while mute
	pong   chan struct{}
	qr     chan string
	linked chan types.JID
	ready  chan struct{}
}

func newLight(sim *wasimtest.Sim) *light {
	l := &light{
		sim: sim, noise: keys.NewKeyPair(), ident: keys.NewKeyPair(), secret: make([]byte, 32),
		qr: make(chan string, 1), linked: make(chan types.JID, 1), ready: make(chan struct{}, 1), pong: make(chan struct{}, 1),
	}
	l.signed = l.ident.CreateSignedPreKey(1)
	return l
}

// connect shakes hands as a new device or as the one that was linked.
func (l *light) connect(ctx context.Context) error {
	fs := socket.NewFrameSocket(waLog.Noop, l.sim.HTTPClient())
	if err := fs.Connect(ctx); err != nil {
		return err
	}
	nh, mine := socket.NewNoiseHandshake(), keys.NewKeyPair()
	nh.Start(socket.NoiseStartPattern, fs.Header)
	nh.Authenticate(mine.Pub[:])
	if err := send(fs, &waWa6.HandshakeMessage{ClientHello: &waWa6.HandshakeMessage_ClientHello{Ephemeral: mine.Pub[:]}}); err != nil {
		return err
	}
	var hello waWa6.HandshakeMessage
	select {
	case frame := <-fs.Frames:
		if err := proto.Unmarshal(frame, &hello); err != nil {
			return err
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	theirs := hello.GetServerHello().GetEphemeral()
	nh.Authenticate(theirs)
	if err := nh.MixSharedSecretIntoKey(*mine.Priv, [32]byte(theirs)); err != nil {
		return err
	}
	static, err := nh.Decrypt(hello.GetServerHello().GetStatic())
	if err != nil {
		return err
	}
	if err := nh.MixSharedSecretIntoKey(*mine.Priv, [32]byte(static)); err != nil {
		return err
	}
	if _, err := nh.Decrypt(hello.GetServerHello().GetPayload()); err != nil {
		return err
	}
	me := nh.Encrypt(l.noise.Pub[:])
	if err := nh.MixSharedSecretIntoKey(*l.noise.Priv, [32]byte(theirs)); err != nil {
		return err
	}
	payload, err := proto.Marshal(l.payload())
	if err != nil {
		return err
	}
	if err := send(fs, &waWa6.HandshakeMessage{ClientFinish: &waWa6.HandshakeMessage_ClientFinish{Static: me, Payload: nh.Encrypt(payload)}}); err != nil {
		return err
	}
	l.mu.Lock() // frames may come before Finish returns, and are answered on the new socket
	defer l.mu.Unlock()
	l.ns, err = nh.Finish(ctx, fs, l.frame, func(_ context.Context, ns *socket.NoiseSocket, _ bool) { ns.Stop(false, true) })
	return err
}

func send(fs *socket.FrameSocket, m proto.Message) error {
	data, err := proto.Marshal(m)
	if err != nil {
		return err
	}
	return fs.SendFrame(data)
}

func (l *light) payload() *waWa6.ClientPayload {
	if !l.device.IsEmpty() {
		return &waWa6.ClientPayload{Username: new(l.device.UserInt()), Device: new(uint32(l.device.Device))}
	}
	return &waWa6.ClientPayload{DevicePairingData: &waWa6.ClientPayload_DevicePairingRegistrationData{
		ERegid: []byte{0, 0, 0, 1}, EKeytype: []byte{ecc.DjbType}, EIdent: l.ident.Pub[:],
		ESkeyID: []byte{0, 0, 1}, ESkeyVal: l.signed.Pub[:], ESkeySig: l.signed.Signature[:],
	}}
}

func (l *light) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ns != nil {
		l.ns.Stop(true, true)
	}
}

func (l *light) write(n wabin.Node) {
	data, err := wabin.Marshal(n)
	if err != nil {
		panic(err) // the test made it
	}
	l.raw(data)
}

func (l *light) raw(data []byte) {
	l.mu.Lock()
	ns := l.ns
	l.mu.Unlock()
	_ = ns.SendFrame(context.Background(), data) // the connection may be gone
}

// frame answers what the server sends.
func (l *light) frame(_ context.Context, data []byte) {
	plain, err := wabin.Unpack(data)
	if err != nil {
		return
	}
	n, err := wabin.Unmarshal(plain)
	if err != nil {
		return
	}
	switch n.Tag {
	case "iq":
		l.request(n)
	case "success":
		l.upload()
	case "message":
		l.mu.Lock()
		l.got++
		mute, receipt := l.mute, wabin.Node{Tag: "receipt", Attrs: wabin.Attrs{"id": n.Attrs["id"], "to": n.Attrs["from"], "type": "inactive"}}
		if mute {
			l.owed = append(l.owed, receipt)
		}
		l.mu.Unlock()
		if !mute {
			l.write(receipt)
		}
	case "notification", "receipt":
		l.write(wabin.Node{Tag: "ack", Attrs: wabin.Attrs{"class": n.Tag, "id": n.Attrs["id"], "to": n.Attrs["from"]}})
	case "ib":
		if _, ok := n.GetOptionalChildByTag("offline"); ok {
			l.ready <- struct{}{}
		}
	}
}

func (l *light) request(n *wabin.Node) {
	if n.Attrs["id"] == "ping" {
		l.pong <- struct{}{}
	}
	if d, ok := n.GetOptionalChildByTag("pair-device"); ok {
		ref, _ := d.GetChildren()[0].Content.([]byte)
		b64 := base64.StdEncoding.EncodeToString
		l.qr <- fmt.Sprintf("%s,%s,%s,%s", ref, b64(l.noise.Pub[:]), b64(l.ident.Pub[:]), b64(l.secret))
	}
	if s, ok := n.GetOptionalChildByTag("pair-success"); ok {
		l.confirm(n, &s)
	}
}

func (l *light) confirm(n, success *wabin.Node) {
	var sealed waAdv.ADVSignedDeviceIdentityHMAC
	var signed waAdv.ADVSignedDeviceIdentity
	raw, _ := success.GetChildByTag("device-identity").Content.([]byte)
	if proto.Unmarshal(raw, &sealed) != nil || proto.Unmarshal(sealed.GetDetails(), &signed) != nil {
		return
	}
	sig := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*l.ident.Priv), bytes.Join([][]byte{{6, 1}, signed.GetDetails(), l.ident.Pub[:], signed.GetAccountSignatureKey()}, nil))
	signed.DeviceSignature = sig[:]
	own, err := proto.Marshal(&signed)
	if err != nil {
		return
	}
	device, _ := success.GetChildByTag("device").Attrs["jid"].(types.JID)
	l.write(wabin.Node{Tag: "iq", Attrs: wabin.Attrs{"id": n.Attrs["id"], "type": "result", "to": types.ServerJID}, Content: []wabin.Node{{
		Tag: "pair-device-sign", Content: []wabin.Node{{Tag: "device-identity", Content: own}},
	}}})
	l.linked <- device
}

// upload sends as many prekeys as a new client does and asks for the queue.
func (l *light) upload() {
	random := make([]byte, 32*812)
	_, _ = rand.Read(random) // it never fails
	list := make([]wabin.Node, 812)
	for i := range list {
		var id [4]byte
		binary.BigEndian.PutUint32(id[:], uint32(i+1))
		list[i] = wabin.Node{Tag: "key", Content: []wabin.Node{{Tag: "id", Content: id[1:]}, {Tag: "value", Content: random[32*i : 32*i+32]}}}
	}
	l.write(wabin.Node{Tag: "iq", Attrs: wabin.Attrs{"id": "1", "xmlns": "encrypt", "type": "set", "to": types.ServerJID}, Content: []wabin.Node{
		{Tag: "registration", Content: []byte{0, 0, 0, 1}},
		{Tag: "list", Content: list},
		{Tag: "skey", Content: []wabin.Node{{Tag: "id", Content: []byte{0, 0, 1}}, {Tag: "value", Content: l.signed.Pub[:]}, {Tag: "signature", Content: l.signed.Signature[:]}}},
	}})
	l.write(wabin.Node{Tag: "iq", Attrs: wabin.Attrs{"id": "2", "xmlns": "passive", "type": "set", "to": types.ServerJID}, Content: []wabin.Node{{Tag: "active"}}})
}

// link becomes a device of a number and logs in.
func (l *light) link(ctx context.Context, number string) error {
	if err := l.connect(ctx); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	var qr string
	select {
	case qr = <-l.qr:
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, err := l.sim.Scan(ctx, number, qr); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	l.device = <-l.linked
	l.close()
	return l.login(ctx)
}

func (l *light) login(ctx context.Context) error {
	if err := l.connect(ctx); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	select {
	case <-l.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// silence keeps receipts back, or sends those that were kept.
func (l *light) silence(mute bool) {
	l.mu.Lock()
	owed := l.owed
	l.mute, l.owed = mute, nil
	l.mu.Unlock()
	for _, receipt := range owed {
		l.write(receipt)
	}
}

// ping returns when the server has answered, and so has nothing else to send.
func (l *light) ping() {
	l.write(wabin.Node{Tag: "iq", Attrs: wabin.Attrs{"id": "ping", "xmlns": "w:p", "type": "get", "to": types.ServerJID}})
	<-l.pong
}

func (l *light) messages() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.got
}

// until polls a condition that no channel tells about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(2 * wasimtest.Patience)
	for !is() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("waited too long for %s", what)
		}
	}
}

func numbered(i int) string { return strconv.Itoa(549_1100_000_000 + i) }
