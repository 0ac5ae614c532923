// Package files keeps the files that shops send, in a folder on disk:
// <root>/<shop>/<name>, where the name is the SHA-256 of the content. A file
// appears whole or not at all, and the same content twice is one file.
package files

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"

	"recado/internal/tenant"
)

// ErrNotFound says that the shop has no such file.
var ErrNotFound = errors.New("no such file")

var name = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Store keeps files below one folder; it never leaves it.
type Store struct{ root *os.Root }

// Open returns the store in folder, which is made when missing.
func Open(folder string) (*Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of files: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open folder of files: %w", err)
	}
	return &Store{root: root}, nil
}

// Close releases the folder.
func (s *Store) Close() error { return s.root.Close() }

// Put stores everything that r gives, durably, and returns its name within the
// shop and its size in bytes. When r or the disk fails nothing is kept.
func (s *Store) Put(ctx context.Context, shop tenant.ShopID, r io.Reader) (string, int64, error) {
	if _, err := tenant.ParseShopID(string(shop)); err != nil {
		return "", 0, err
	}
	if err := s.root.Mkdir(string(shop), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", 0, fmt.Errorf("make folder of shop: %w", err)
	}
	temp := path.Join(string(shop), "."+rand.Text())
	f, err := s.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", 0, fmt.Errorf("create file: %w", err)
	}
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, hash), reader{ctx, r})
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	final := hex.EncodeToString(hash.Sum(nil))
	if err == nil {
		err = s.root.Rename(temp, path.Join(string(shop), final))
	}
	if err != nil {
		return "", 0, fmt.Errorf("store file: %w", errors.Join(err, s.drop(temp)))
	}
	return final, size, nil
}

func (s *Store) drop(temp string) error {
	if err := s.root.Remove(temp); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Open returns a file of the shop and its size in bytes, or ErrNotFound.
func (s *Store) Open(_ context.Context, shop tenant.ShopID, file string) (io.ReadCloser, int64, error) {
	if _, err := tenant.ParseShopID(string(shop)); err != nil || !name.MatchString(file) {
		return nil, 0, ErrNotFound
	}
	f, err := s.root.Open(path.Join(string(shop), file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, ErrNotFound
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open file: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open file: %w", err), f.Close())
	}
	return f, info.Size(), nil
}

// reader stops reading when the caller has gone.
type reader struct {
	ctx context.Context //nolint:containedctx // it lives as long as one Put
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
