package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	daead "github.com/tink-crypto/tink-go/v2/daead/subtle"
	prf "github.com/tink-crypto/tink-go/v2/prf/subtle"
	streaming "github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrCorrupt means that a sealed value does not belong to its shop, kind and field: it was damaged or moved, or its key
// was shredded and replaced.
var ErrCorrupt = errors.New("sealed value does not open")

const keySize = 32

// format is the last byte of a seal, prefix the beginning of every text form. A later format gets a new
// number beside this one.
const (
	format = 1
	prefix = "s1."
)

// textEncoding is strict: one value has one spelling.
var textEncoding = base64.RawURLEncoding.Strict()

// Keys are the unwrapped keys of one shop and purpose. They are safe for concurrent use.
//
// kind and field, together with the shop, are the place of a value: kind is one of the caller's constants and holds no
// bar, field is any text.
type Keys struct {
	shop   string // the beginning of every place
	values tink.AEAD
	tokens tink.DeterministicAEAD
	names  *prf.AESCMACPRF
	files  *streaming.AESGCMHKDF
}

// newKeys derives the keys below key. shop names their owner and contains no bar.
func newKeys(shop string, key []byte) (*Keys, error) {
	k := &Keys{shop: shop + "|"}
	var errs [4]error
	k.values, errs[0] = derive(key, "values", keySize, subtle.NewAESGCM)
	k.tokens, errs[1] = derive(key, "tokens", daead.AESSIVKeySize, daead.NewAESSIV)
	k.names, errs[2] = derive(key, "names", keySize, prf.NewAESCMACPRF)
	k.files, errs[3] = derive(key, "files", keySize, func(main []byte) (*streaming.AESGCMHKDF, error) {
		return streaming.NewAESGCMHKDF(main, "SHA256", keySize, segmentSize, 0)
	})
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("derive keys of %s: %w", shop, err)
	}
	return k, nil
}

// derive makes a primitive with the subkey of that label.
func derive[T any](key []byte, label string, size int, make func([]byte) (T, error)) (p T, err error) {
	sub, err := hkdf.Key(sha256.New, key, nil, "recado "+label+" v1", size)
	if err != nil {
		return p, err
	}
	return make(sub)
}

// associatedData is shop|kind|field|format. Only field may contain a bar, so no two places have the same.
func (k *Keys) associatedData(kind, field string) []byte {
	b := make([]byte, 0, len(k.shop)+len(kind)+len(field)+3)
	b = append(append(append(b, k.shop...), kind...), '|')
	return append(append(b, field...), "|1"...)
}

// Seal protects data for its place. It grows by 29 bytes.
func (k *Keys) Seal(kind, field string, data []byte) ([]byte, error) {
	sealed, err := k.values.Encrypt(data, k.associatedData(kind, field))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", kind, err)
	}
	return append(sealed, format), nil
}

// Open returns what was sealed for that place, or ErrCorrupt.
func (k *Keys) Open(kind, field string, sealed []byte) ([]byte, error) {
	last := len(sealed) - 1
	if last < 0 || sealed[last] != format {
		return nil, fmt.Errorf("%w: %s", ErrCorrupt, kind)
	}
	data, err := k.values.Decrypt(sealed[:last], k.associatedData(kind, field))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrCorrupt, kind)
	}
	return data, nil
}

// SealText is Seal in letters that every store keeps as they are: [A-Za-z0-9._-].
func (k *Keys) SealText(kind, field string, data []byte) (string, error) {
	sealed, err := k.Seal(kind, field, data)
	if err != nil {
		return "", err
	}
	return encode(sealed), nil
}

// OpenText is the inverse of SealText, or ErrCorrupt.
func (k *Keys) OpenText(kind, field, sealed string) ([]byte, error) {
	b, err := decode(kind, sealed)
	if err != nil {
		return nil, err
	}
	return k.Open(kind, field, b)
}

// Token hides s so that equal texts of a kind become equal tokens, in the letters of SealText. OpenToken recovers it.
func (k *Keys) Token(kind, s string) (string, error) {
	sealed, err := k.tokens.EncryptDeterministically([]byte(s), k.associatedData(kind, ""))
	if err != nil {
		return "", fmt.Errorf("seal %s: %w", kind, err)
	}
	return encode(sealed), nil
}

// OpenToken returns what Token hid, or ErrCorrupt.
func (k *Keys) OpenToken(kind, token string) (string, error) {
	b, err := decode(kind, token)
	if err != nil {
		return "", err
	}
	s, err := k.tokens.DecryptDeterministically(b, k.associatedData(kind, ""))
	if err != nil {
		return "", fmt.Errorf("%w: %s", ErrCorrupt, kind)
	}
	return string(s), nil
}

// Sealed reports whether s has the form of SealText and Token.
func Sealed(s string) bool { return strings.HasPrefix(s, prefix) }

// nameToken is a shorter token that cannot be recovered: 22 letters of [A-Za-z0-9_-].
func (k *Keys) nameToken(kind, s string) (string, error) {
	sum, err := k.names.ComputePRF(k.associatedData(kind, s), 16)
	if err != nil {
		return "", fmt.Errorf("hide name of %s: %w", kind, err)
	}
	return textEncoding.EncodeToString(sum), nil
}

func encode(sealed []byte) string {
	b := make([]byte, 0, len(prefix)+textEncoding.EncodedLen(len(sealed)))
	return string(textEncoding.AppendEncode(append(b, prefix...), sealed))
}

func decode(kind, sealed string) ([]byte, error) {
	body, ok := strings.CutPrefix(sealed, prefix)
	if !ok {
		return nil, fmt.Errorf("%w: %s is not sealed", ErrCorrupt, kind)
	}
	b, err := textEncoding.DecodeString(body)
	if err != nil || strings.ContainsAny(body, "\r\n") { // which the decoder skips
		return nil, fmt.Errorf("%w: %s", ErrCorrupt, kind)
	}
	return b, nil
}
