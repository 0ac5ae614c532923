package wasim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// noisePattern is 32 bytes long, so that it is the first hash as it stands.
const noisePattern = "Noise_XX_25519_AESGCM_SHA256\x00\x00\x00\x00"

// handshake is the server's side of Noise XX. Its methods are the three messages
// of the pattern, in order.
type handshake struct {
	hash, chaining []byte
	aead           cipher.AEAD
	counter        uint32
	ephemeral      *keys.KeyPair
}

func newHandshake(header []byte) (*handshake, error) {
	h := &handshake{hash: []byte(noisePattern), chaining: []byte(noisePattern), ephemeral: keys.NewKeyPair()}
	var err error
	if h.aead, err = newGCM(h.hash); err != nil {
		return nil, err
	}
	h.authenticate(header)
	return h, nil
}

// hello answers a serialised ClientHello with a serialised ServerHello.
func (h *handshake) hello(message []byte, id credentials) ([]byte, error) {
	var in waWa6.HandshakeMessage
	if err := proto.Unmarshal(message, &in); err != nil {
		return nil, fmt.Errorf("read client hello: %w", err)
	}
	theirs := in.GetClientHello().GetEphemeral()
	if len(theirs) != 32 {
		return nil, errors.New("read client hello: no ephemeral key")
	}
	h.authenticate(theirs)
	h.authenticate(h.ephemeral.Pub[:])
	if err := h.mixDH(h.ephemeral, theirs); err != nil {
		return nil, err
	}
	static := h.seal(id.static.Pub[:])
	if err := h.mixDH(id.static, theirs); err != nil {
		return nil, err
	}
	out, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: h.ephemeral.Pub[:],
		Static:    static,
		Payload:   h.seal(id.chain),
	}})
	if err != nil {
		return nil, fmt.Errorf("encode server hello: %w", err)
	}
	return out, nil
}

// finish reads a serialised ClientFinish: the client's static key and payload.
func (h *handshake) finish(message []byte) (static [32]byte, payload *waWa6.ClientPayload, err error) {
	var in waWa6.HandshakeMessage
	if err = proto.Unmarshal(message, &in); err != nil {
		return static, nil, fmt.Errorf("read client finish: %w", err)
	}
	key, err := h.open(in.GetClientFinish().GetStatic())
	if err != nil {
		return static, nil, err
	}
	if len(key) != 32 {
		return static, nil, errors.New("read client finish: static key of wrong length")
	}
	if err = h.mixDH(h.ephemeral, key); err != nil {
		return static, nil, err
	}
	plain, err := h.open(in.GetClientFinish().GetPayload())
	if err != nil {
		return static, nil, err
	}
	payload = new(waWa6.ClientPayload)
	if err = proto.Unmarshal(plain, payload); err != nil {
		return static, nil, fmt.Errorf("read client payload: %w", err)
	}
	return [32]byte(key), payload, nil
}

// split ends the handshake with the ciphers of the transport.
func (h *handshake) split() (receive, send *frameCipher, err error) {
	clientToServer, serverToClient, err := h.expand(nil)
	if err != nil {
		return nil, nil, err
	}
	in, err := newGCM(clientToServer)
	if err != nil {
		return nil, nil, err
	}
	out, err := newGCM(serverToClient)
	if err != nil {
		return nil, nil, err
	}
	return &frameCipher{aead: in}, &frameCipher{aead: out}, nil
}

func (h *handshake) authenticate(data []byte) {
	sum := sha256.Sum256(append(slices.Clip(h.hash), data...))
	h.hash = sum[:]
}

func (h *handshake) seal(plain []byte) []byte {
	sealed := h.aead.Seal(nil, nonce(h.counter), plain, h.hash)
	h.counter++
	h.authenticate(sealed)
	return sealed
}

func (h *handshake) open(sealed []byte) ([]byte, error) {
	plain, err := h.aead.Open(nil, nonce(h.counter), sealed, h.hash)
	if err != nil {
		return nil, fmt.Errorf("open handshake payload: %w", err)
	}
	h.counter++
	h.authenticate(sealed)
	return plain, nil
}

func (h *handshake) mixDH(ours *keys.KeyPair, theirs []byte) error {
	secret, err := curve25519.X25519(ours.Priv[:], theirs)
	if err != nil {
		return fmt.Errorf("handshake key agreement: %w", err)
	}
	chaining, key, err := h.expand(secret)
	if err != nil {
		return err
	}
	h.chaining, h.counter = chaining, 0
	h.aead, err = newGCM(key)
	return err
}

func (h *handshake) expand(secret []byte) (first, second []byte, err error) {
	both, err := hkdf.Key(sha256.New, secret, h.chaining, "", 64)
	if err != nil {
		return nil, nil, fmt.Errorf("handshake key derivation: %w", err)
	}
	return both[:32], both[32:], nil
}

// frameCipher seals or opens the frames of one direction, in order.
type frameCipher struct {
	aead    cipher.AEAD
	counter uint32
}

func (c *frameCipher) seal(plain []byte) []byte {
	c.counter++
	return c.aead.Seal(nil, nonce(c.counter-1), plain, nil)
}

func (c *frameCipher) open(sealed []byte) ([]byte, error) {
	c.counter++
	return c.aead.Open(nil, nonce(c.counter-1), sealed, nil)
}

func nonce(counter uint32) []byte {
	iv := make([]byte, 12)
	binary.BigEndian.PutUint32(iv[8:], counter)
	return iv
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	return gcm, nil
}
