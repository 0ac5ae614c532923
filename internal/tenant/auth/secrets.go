package auth

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"

	"recado/internal/tenant"
)

var b32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// randomID returns prefix and n random bytes in lower-case base32. An id has 16
// bytes, a secret 32.
func randomID(rand io.Reader, prefix string, n int) (string, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return prefix + b32.EncodeToString(raw), nil
}

// digest is the stored form of a secret; full entropy needs no slow hash.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// A refresh token is "rt_<login id>_<secret>".
const (
	refreshPrefix = "rt_"
	keyPrefix     = "rk_"
	// visibleKeyChars of an API key are shown in lists: its prefix and 40 bits.
	visibleKeyChars = len(keyPrefix) + 8
)

func joinRefresh(id tenant.LoginID, secret string) string {
	return refreshPrefix + string(id) + "_" + secret
}

func splitRefresh(token string) (id tenant.LoginID, secret string, ok bool) {
	rest, ok := strings.CutPrefix(token, refreshPrefix)
	if !ok {
		return "", "", false
	}
	a, b, ok := strings.Cut(rest, "_")
	return tenant.LoginID(a), b, ok && a != "" && b != ""
}
