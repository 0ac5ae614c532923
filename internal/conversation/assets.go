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

// Asset is a file that the shop sends.
type Asset struct {
	Shop      tenant.ShopID
	Name      string
	MIME      string
	Size      int64 // bytes
	CreatedAt time.Time
}

// Assets keeps a shop's files, in pieces: a file is never whole in memory.
type Assets interface {
	// PutAsset inserts or replaces the file of that name with the content of r and
	// returns its size; a.Size is ignored. When r fails nothing changes.
	PutAsset(ctx context.Context, a Asset, r io.Reader) (int64, error)
	// Asset returns the file's description, or ErrNotFound.
	Asset(ctx context.Context, shop tenant.ShopID, name string) (Asset, error)
	// WriteAsset writes the file to w, or returns ErrNotFound.
	WriteAsset(ctx context.Context, shop tenant.ShopID, name string, w io.Writer) error
	// Assets returns the shop's files by name.
	Assets(ctx context.Context, shop tenant.ShopID) ([]Asset, error)
	// DeleteAsset returns ErrNotFound when the shop has none of that name.
	DeleteAsset(ctx context.Context, shop tenant.ShopID, name string) error
}

// Files is the shop's assets as uploads and channels use them.
type Files struct {
	Store Assets
	Now   func() time.Time
}

// Put stores the content of r under a new name. When r fails nothing is kept.
func (f Files) Put(ctx context.Context, shop tenant.ShopID, r io.Reader) (name string, size int64, err error) {
	name = "up_" + rand.Text()
	size, err = f.Store.PutAsset(ctx, Asset{Shop: shop, Name: name, CreatedAt: f.Now()}, r)
	if err != nil {
		return "", 0, fmt.Errorf("store upload: %w", err)
	}
	return name, size, nil
}

// Open returns the content of a file and its size in bytes, or ErrNotFound.
// The caller closes the reader.
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
