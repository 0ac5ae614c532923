package encrypted

import (
	"context"
	"errors"
	"io"

	"recado/internal/conversation"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// kindFile is the kind of files; the field is the file's name.
const kindFile = "file"

// PutAsset implements conversation.Assets.
func (s *Store) PutAsset(ctx context.Context, a conversation.Asset, from io.Reader) (int64, error) {
	b, err := s.sealCodec(ctx, a.Shop)
	if err != nil {
		return 0, err
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() { // ends with from, or with r.Close
		defer close(done)
		w.CloseWithError(encrypt(b.keys, w, a.Name, from))
	}()
	size, err := s.inner.PutAsset(ctx, a, r)
	_ = r.Close() // never fails
	<-done
	if err != nil {
		return 0, err
	}
	return vault.FileSize(size), nil
}

func encrypt(k *vault.Keys, to io.Writer, name string, from io.Reader) error {
	w, err := k.Encrypt(to, kindFile, name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, from); err != nil {
		return err
	}
	return w.Close()
}

// Asset implements conversation.Assets.
func (s *Store) Asset(ctx context.Context, shop tenant.ShopID, name string) (conversation.Asset, error) {
	a, err := s.inner.Asset(ctx, shop, name)
	return withPlainSize(a), err
}

// described turns the size of the stored file into that of what is in it.
func withPlainSize(a conversation.Asset) conversation.Asset {
	a.Size = vault.FileSize(a.Size)
	return a
}

// WriteAsset implements conversation.Assets. When it fails with vault.ErrCorrupt
// what was written so far is genuine.
func (s *Store) WriteAsset(ctx context.Context, shop tenant.ShopID, name string, to io.Writer) error {
	r, w := io.Pipe()
	stored := make(chan error, 1)
	go func() { // ends with the file, or with r.Close
		err := s.inner.WriteAsset(ctx, shop, name, w)
		w.CloseWithError(err)
		stored <- err
	}()
	err := s.decrypt(ctx, shop, r, name, to)
	_ = r.Close() // never fails
	if cause := <-stored; cause != nil && !errors.Is(cause, io.ErrClosedPipe) {
		return cause
	}
	return err
}

func (s *Store) decrypt(ctx context.Context, shop tenant.ShopID, from io.Reader, name string, to io.Writer) error {
	b, err := s.openCodec(ctx, shop)
	if err != nil {
		return err
	}
	r, err := b.keys.Decrypt(from, kindFile, name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, r)
	return err
}

// Assets implements conversation.Assets.
func (s *Store) Assets(ctx context.Context, shop tenant.ShopID) ([]conversation.Asset, error) {
	list, err := s.inner.Assets(ctx, shop)
	return mapSlice(list, withPlainSize), err
}

// DeleteAsset implements conversation.Assets.
func (s *Store) DeleteAsset(ctx context.Context, shop tenant.ShopID, name string) error {
	return s.inner.DeleteAsset(ctx, shop, name)
}
