package wasim

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	wabin "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
)

// codeRounds is the cost of turning an eight-character code into a key.
const codeRounds = 2 << 16

// codeRequest is a device that shows a pairing code for a number.
type codeRequest struct {
	number  string
	ref     string
	wrapped []byte // salt 32, iv 16, the device's ephemeral key under the code 32
}

// companionHello answers a device that wants to be linked by code.
func (r *registration) companionHello(s *Server, n wabin.Node) []wabin.Node {
	j, ok := attrJID(&n, "jid")
	wrapped := childBytes(&n, "link_code_pairing_wrapped_companion_ephemeral_pub")
	if !ok || len(wrapped) != 80 {
		return nil
	}
	code := &codeRequest{number: j.User, ref: newRef(), wrapped: wrapped}
	r.mu.Lock()
	r.code = code
	r.mu.Unlock()
	s.mu.Lock()
	s.codes[code.number] = r
	close(s.codeAdded)
	s.codeAdded = make(chan struct{})
	s.mu.Unlock()
	return []wabin.Node{el("link_code_companion_reg", attrs{"stage": "companion_hello"}, blob("link_code_pairing_ref", []byte(code.ref)))}
}

// Pair lets a phone's owner type the code that a device shows; like Scan otherwise.
func (s *Server) Pair(ctx context.Context, number, code string) (device string, err error) {
	p, err := s.phone(number)
	if err != nil {
		return "", err
	}
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	if len(code) != 8 {
		return "", invalid("invalid_code", "A pairing code has eight characters.")
	}
	r := s.awaitCode(ctx, number)
	if r == nil || !r.claim() {
		return "", ErrCodeExpired
	}
	secret, err := s.exchange(ctx, p, r, code)
	if err != nil {
		r.release()
		return "", err
	}
	return s.link(ctx, p, r, secret)
}

// codeWait is how long a phone looks for the device whose code is typed.
// Some clients show a code before the server knows of it.
const codeWait = time.Second

// awaitCode finds the device that shows a code for a number, nil if there is none.
func (s *Server) awaitCode(ctx context.Context, number string) *registration {
	ctx, cancel := context.WithTimeout(ctx, codeWait)
	defer cancel()
	for {
		s.mu.RLock()
		r, asked := s.codes[number], s.codeAdded
		s.mu.RUnlock()
		if r != nil {
			return r
		}
		select {
		case <-asked:
		case <-ctx.Done():
			return nil
		}
	}
}

// exchange runs the key agreement under the code and returns the secret that
// authenticates the link.
func (s *Server) exchange(ctx context.Context, p *phone, r *registration, code string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.AnswerTimeout)
	defer cancel()
	r.mu.Lock()
	request := r.code
	r.mu.Unlock()
	theirs, err := applyCode(code, request.wrapped[:48], request.wrapped[48:])
	if err != nil {
		return nil, err
	}
	ours, header := keys.NewKeyPair(), make([]byte, 48)
	fill(header)
	wrapped, err := applyCode(code, header, ours.Pub[:])
	if err != nil {
		return nil, err
	}
	account := p.identity()
	r.conn.push(el("notification", attrs{"from": types.ServerJID, "type": "link_code_companion_reg", "id": newID(), "t": unix(s.o.Now())},
		el("link_code_companion_reg", attrs{"stage": "primary_hello"},
			blob("link_code_pairing_wrapped_primary_ephemeral_pub", append(header, wrapped...)),
			blob("primary_identity_pub", account[:]),
			blob("link_code_pairing_ref", []byte(request.ref)),
		)))
	finish, err := r.await(ctx, r.finish)
	if err != nil {
		return nil, err
	}
	return p.openBundle(finish, ours, theirs, r.ident)
}

// openBundle reads companion_finish; only a device whose code was typed right
// can have sealed it.
func (p *phone) openBundle(finish *wabin.Node, ours *keys.KeyPair, theirs []byte, ident [32]byte) ([]byte, error) {
	bundle := childBytes(finish, "link_code_pairing_wrapped_key_bundle")
	if len(bundle) < 44 {
		return nil, ErrWrongCode
	}
	shared, err := curve25519.X25519(ours.Priv[:], theirs)
	if err != nil {
		return nil, ErrWrongCode
	}
	key, err := hkdf.Key(sha256.New, shared, bundle[:32], "link_code_pairing_key_bundle_encryption_key", 32)
	if err != nil {
		return nil, fmt.Errorf("derive bundle key: %w", err)
	}
	gcm, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, bundle[32:44], bundle[44:], nil)
	account := p.identity()
	if err != nil || len(plain) != 96 || [32]byte(plain[:32]) != ident || [32]byte(plain[32:64]) != account {
		return nil, ErrWrongCode
	}
	identities, err := p.agree(ident)
	if err != nil {
		return nil, errors.Join(ErrWrongCode, err)
	}
	secret, err := hkdf.Key(sha256.New, slices.Concat(shared, identities, plain[64:]), nil, "adv_secret", 32)
	if err != nil {
		return nil, fmt.Errorf("derive link secret: %w", err)
	}
	return secret, nil
}

// applyCode en- or decrypts a key with the key that a code and a salt give.
func applyCode(code string, saltAndIV, data []byte) ([]byte, error) {
	key, err := pbkdf2.Key(sha256.New, code, saltAndIV[:32], codeRounds, 32)
	if err != nil {
		return nil, fmt.Errorf("derive code key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive code key: %w", err)
	}
	out := make([]byte, len(data))
	cipher.NewCTR(block, saltAndIV[32:48]).XORKeyStream(out, data)
	return out, nil
}
