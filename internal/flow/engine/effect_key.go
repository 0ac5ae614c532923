package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"recado/internal/tenant"
)

// keyLen is the length of a key: 26 base32 letters, 130 bits.
const keyLen = 26

// Key returns the identity of the k-th effect (from 0) of the seq-th step of a
// run: 26 base32 letters. Repeating the step repeats it.
func Key(shop tenant.ShopID, conversation, run string, seq int64, k int) string {
	var scratch [96]byte
	b := append(scratch[:0], shop...)
	b = append(append(b, '|'), conversation...)
	b = append(append(b, '|'), run...)
	b = strconv.AppendInt(append(b, '|'), seq, 10)
	b = strconv.AppendInt(append(b, '|'), int64(k), 10)
	sum := sha256.Sum256(b)
	var out [keyLen]byte
	bits, n, from := uint(0), 0, 0
	for i := range out { // base32, five bits a letter
		if n < 5 {
			bits, n, from = bits<<8|uint(sum[from]), n+8, from+1
		}
		n -= 5
		out[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bits>>n&31]
	}
	return string(out[:])
}

// MessageID returns the WhatsApp message id under which the effect key is
// sent: "3EB0" and 18 upper-case hex digits.
func MessageID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "3EB0" + strings.ToUpper(hex.EncodeToString(sum[:9]))
}
