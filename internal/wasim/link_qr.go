package wasim

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// The prefixes of the messages that the two parties of a link sign.
var (
	accountPrefix = []byte{6, 0}
	devicePrefix  = []byte{6, 1}
)

// qrCode is the content of the QR code of a device.
type qrCode struct {
	ref                     string
	noise, ident, advSecret [32]byte
}

// parseQR reads "[https://wa.me/settings/linked_devices#]ref,noise,identity,secret[,client]".
func parseQR(s string) (qrCode, error) {
	if _, after, ok := strings.Cut(s, "#"); ok {
		s = after
	}
	parts := strings.Split(s, ",")
	if len(parts) < 4 || len(parts) > 5 || parts[0] == "" {
		return qrCode{}, invalid("invalid_qr", "This is not a QR code of a device: it has 4 or 5 fields.")
	}
	q := qrCode{ref: parts[0]}
	for i, dst := range []*[32]byte{&q.noise, &q.ident, &q.advSecret} {
		key, err := base64.StdEncoding.DecodeString(parts[i+1])
		if err != nil || len(key) != 32 {
			return qrCode{}, invalid("invalid_qr", fmt.Sprintf("Field %d of the QR code is not a key of 32 bytes in base64.", i+2))
		}
		*dst = [32]byte(key)
	}
	return q, nil
}

// Scan lets a phone scan a device's QR code and waits until the device is linked.
// It returns the device's JID, "number:device@s.whatsapp.net".
func (s *Server) Scan(ctx context.Context, number, qr string) (device string, err error) {
	p, err := s.phone(number)
	if err != nil {
		return "", err
	}
	q, err := parseQR(qr)
	if err != nil {
		return "", err
	}
	s.mu.RLock()
	r := s.refs[q.ref]
	s.mu.RUnlock()
	if r == nil || !r.shows(q.ref, s.o.QRLifetime) || r.ident != q.ident || r.conn.static != q.noise {
		return "", ErrQRExpired
	}
	if !r.claim() {
		return "", ErrQRExpired
	}
	if s.faults.consume(FaultPasskey, number) {
		r.release()
		return "", s.requestPasskey(r)
	}
	return s.link(ctx, p, r, q.advSecret[:])
}

// link has the phone certify a device and waits for the device's own signature.
func (s *Server) link(ctx context.Context, p *phone, r *registration, advSecret []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.AnswerTimeout)
	defer cancel()
	id, index, err := p.acc.reserve()
	if err != nil {
		r.release()
		return "", err
	}
	details, certificate, err := p.certify(r.ident, advSecret, index, s.o.Now())
	if err != nil {
		return "", err
	}
	r.conn.push(el("iq", attrs{"from": types.ServerJID, "type": "set", "id": newID(), "t": unix(s.o.Now())}, el("pair-success", nil,
		blob("device-identity", certificate),
		el("device", attrs{"jid": p.acc.jid(ByPN, id), "lid": p.acc.jid(ByLID, id)}),
		el("platform", attrs{"name": "android"}),
		el("biz", attrs{"name": p.displayName()}),
	)))
	answer, err := r.await(ctx, r.answer)
	if err != nil {
		return "", err
	}
	if err := checkDeviceSignature(answer, details, r.ident, p.identity()); err != nil {
		r.conn.closeWith(streamError("500"))
		return "", err
	}
	c := &companion{acc: p.acc, id: id, keyIndex: index, noise: r.conn.static, ident: r.ident, regID: r.regID, signed: r.signed}
	p.acc.link(c)
	r.conn.closeWith(streamError("515")) // the client comes back and logs in
	s.notifyDeviceList(p.acc)
	s.log.Info("device linked", "device", c.addr().String())
	return c.addr().String(), nil
}

// certify signs a device for an account: the phone's half of the link.
func (p *phone) certify(ident [32]byte, advSecret []byte, index uint32, now time.Time) (details, certificate []byte, err error) {
	details, err = proto.Marshal(&waAdv.ADVDeviceIdentity{
		RawID:       new(p.acc.rawID),
		Timestamp:   new(uint64(now.Unix())),
		KeyIndex:    new(index),
		AccountType: waAdv.ADVEncryptionType_E2EE.Enum(),
		DeviceType:  waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("encode device identity: %w", err)
	}
	account := p.identity()
	signed, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentity{
		Details:             details,
		AccountSignatureKey: account[:],
		AccountSignature:    p.sign(accountPrefix, details, ident[:]),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("encode device identity: %w", err)
	}
	mac := hmac.New(sha256.New, advSecret)
	mac.Write(signed)
	certificate, err = proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{Details: signed, HMAC: mac.Sum(nil)})
	if err != nil {
		return nil, nil, fmt.Errorf("encode device identity: %w", err)
	}
	return details, certificate, nil
}

// checkDeviceSignature reads the client's answer to pair-success.
func checkDeviceSignature(answer *wabin.Node, details []byte, ident, account [32]byte) error {
	if attr(answer, "type") != "result" {
		e := answer.GetChildByTag("error")
		return &Error{Code: ErrRefused.Code, Status: ErrRefused.Status, Message: fmt.Sprintf("The device refused to be linked: %s %s.", attr(&e, "code"), attr(&e, "text"))}
	}
	var signed waAdv.ADVSignedDeviceIdentity
	if err := proto.Unmarshal(childBytes(answer, "pair-device-sign", "device-identity"), &signed); err != nil {
		return ErrRefused
	}
	if string(signed.GetDetails()) != string(details) || !verify(ident[:], slices.Concat(devicePrefix, details, ident[:], account[:]), signed.GetDeviceSignature()) {
		return &Error{Code: ErrRefused.Code, Status: ErrRefused.Status, Message: "The device did not sign what it was given."}
	}
	return nil
}
