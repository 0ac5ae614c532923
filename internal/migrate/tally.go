package migrate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Tally is the number of rows and a digest of what they say, whatever their order.
type Tally struct {
	Rows   int64  `json:"rows"`
	Digest string `json:"digest"` // hex
}

// tallier adds rows up.
type tallier struct {
	rows int64
	sum  [sha256.Size]byte
}

func (t *tallier) add(rows []Row) error {
	for _, r := range rows {
		text, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("digest of %s: %w", r.kind(), err)
		}
		for i, b := range sha256.Sum256(text) {
			t.sum[i] ^= b // rows differ by their keys, so none cancels another
		}
	}
	t.rows += int64(len(rows))
	return nil
}

func (t *tallier) tally() Tally { return Tally{Rows: t.rows, Digest: hex.EncodeToString(t.sum[:])} }

// tallyOf adds up the rows of a kind in r.
func tallyOf(ctx context.Context, r Records, k Kind, until time.Time) (Tally, error) {
	var t tallier
	if err := r.Export(ctx, k, until, t.add); err != nil {
		return Tally{}, fmt.Errorf("read %s: %w", k, err)
	}
	return t.tally(), nil
}
