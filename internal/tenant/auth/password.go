package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// HashParams are the costs of argon2id. The zero value is DefaultHashParams.
type HashParams struct {
	Memory uint32 // KiB
	Passes uint32
}

// DefaultHashParams is the lower of OWASP's two first recommendations for argon2id,
// because memory is scarce on a small server.
var DefaultHashParams = HashParams{Memory: 19 * 1024, Passes: 2}

const (
	lanes     = 1
	saltBytes = 16
	hashBytes = 32
	maxQueue  = 64 // waiting password checks; more are refused at once
	// maxMemory bounds what a stored hash may ask for, in KiB.
	maxMemory = 1024 * 1024
	maxPasses = 64
)

// ErrBusy says that too many password checks wait already.
var ErrBusy = errors.New("too many sign-ins at once")

// passwords hashes and compares. The dummy stands in for the hash of a missing user.
type passwords struct {
	params  HashParams
	rand    io.Reader
	slots   chan struct{}
	waiting atomic.Int32
	dummy   string
}

func newPasswords(params HashParams, rand io.Reader) *passwords {
	if params == (HashParams{}) {
		params = DefaultHashParams
	}
	p := &passwords{params: params, rand: rand, slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
	p.dummy = encode(params, make([]byte, saltBytes), make([]byte, hashBytes))
	return p
}

// hash returns the PHC string "$argon2id$v=19$m=…,t=…,p=1$salt$hash".
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(p.rand, salt); err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	if err := p.acquire(ctx); err != nil {
		return "", err
	}
	defer p.release()
	return encode(p.params, salt, derive(p.params, password, salt)), nil
}

// matches compares in constant time. An empty hash stands for a user that does
// not exist: as much work is done, and the answer is no.
func (p *passwords) matches(ctx context.Context, hash, password string) (bool, error) {
	exists := hash != ""
	if !exists {
		hash = p.dummy
	}
	params, salt, want, err := decode(hash)
	if err != nil {
		return false, err
	}
	if err := p.acquire(ctx); err != nil {
		return false, err
	}
	defer p.release()
	equal := subtle.ConstantTimeCompare(derive(params, password, salt), want) == 1
	return equal && exists, nil
}

func (p *passwords) acquire(ctx context.Context) error {
	if p.waiting.Add(1) > maxQueue {
		p.waiting.Add(-1)
		return ErrBusy
	}
	defer p.waiting.Add(-1)
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a password check: %w", ctx.Err())
	}
}

func (p *passwords) release() { <-p.slots }

func derive(c HashParams, password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, lanes, hashBytes)
}

var b64 = base64.RawStdEncoding

func encode(c HashParams, salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, c.Memory, c.Passes, lanes, b64.EncodeToString(salt), b64.EncodeToString(hash))
}

var errHash = errors.New("stored password hash is not one of ours")

func decode(phc string) (c HashParams, salt, hash []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	var p int
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &p); err != nil || p != lanes {
		return c, nil, nil, errHash
	}
	if c.Memory > maxMemory || c.Passes < 1 || c.Passes > maxPasses {
		return c, nil, nil, errHash
	}
	salt, err1 := b64.DecodeString(parts[4])
	hash, err2 := b64.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(hash) != hashBytes {
		return c, nil, nil, errHash
	}
	return c, salt, hash, nil
}
