package migrate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Checksum is a number of rows and a digest of their content, whatever their order.
type Checksum struct {
	Rows   int64  `json:"rows"`
	Digest string `json:"digest"` // hex
}

// summer computes a Checksum.
type summer struct {
	rows int64
	sum  [sha256.Size]byte
}

func (s *summer) add(rows []Row) error {
	for _, r := range rows {
		text, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("digest of %T: %w", r, err)
		}
		for i, b := range sha256.Sum256(text) {
			s.sum[i] ^= b // rows differ by their keys, so none cancels another
		}
	}
	s.rows += int64(len(rows))
	return nil
}

func (s *summer) checksum() Checksum {
	return Checksum{Rows: s.rows, Digest: hex.EncodeToString(s.sum[:])}
}

// checksumOf reads all rows of a kind.
func checksumOf(ctx context.Context, r Records, k Kind, until time.Time) (Checksum, error) {
	var s summer
	if err := r.Export(ctx, k, until, s.add); err != nil {
		return Checksum{}, fmt.Errorf("read %s: %w", k, err)
	}
	return s.checksum(), nil
}
