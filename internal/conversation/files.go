package conversation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"recado/internal/tenant"
)

// Files is the shop's assets as uploads and channels use them.
type Files struct {
	Store Assets
	Now   func() time.Time
}

// Put stores everything that r gives under a new name. When r fails nothing is kept.
func (f Files) Put(ctx context.Context, shop tenant.ShopID, r io.Reader) (name string, size int64, err error) {
	name = "up_" + rand.Text()
	size, err = f.Store.PutAsset(ctx, Asset{Shop: shop, Name: name, CreatedAt: f.Now()}, r)
	if err != nil {
		return "", 0, fmt.Errorf("store upload: %w", err)
	}
	return name, size, nil
}

// Open returns the content of a file and its size in bytes, or ErrNotFound.
// The reader has to be closed.
func (f Files) Open(ctx context.Context, shop tenant.ShopID, name string) (io.ReadCloser, int64, error) {
	a, err := f.Store.Asset(ctx, shop, name)
	if err != nil {
		return nil, 0, fmt.Errorf("open asset: %w", err)
	}
	r, w := io.Pipe()
	go func() { // ends when everything was read, or with r.Close
		err := f.Store.WriteAsset(ctx, shop, name, w)
		if errors.Is(err, io.ErrClosedPipe) {
			err = nil
		}
		w.CloseWithError(err)
	}()
	return r, a.Size, nil
}
