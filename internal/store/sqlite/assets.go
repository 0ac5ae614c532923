package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"recado/internal/conversation"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

// assetPiece is how much of a file is in memory, and in one transaction, at a time.
const assetPiece = 1 << 20

func scanAsset(s scanner) (a conversation.Asset, err error) {
	err = s.Scan(&a.Shop, &a.Name, &a.MIME, &a.Size, timeInto{&a.CreatedAt})
	return a, or(err, conversation.ErrNotFound)
}

// PutAsset implements conversation.Assets. The pieces come first, under a name
// of their own; the description that makes them the file comes last.
func (r *conversationStore) PutAsset(ctx context.Context, a conversation.Asset, from io.Reader) (size int64, err error) {
	content := rand.Text()
	if a.Size, err = r.putPieces(ctx, a.Shop, content, from); err != nil {
		return 0, errors.Join(err, r.dropPieces(context.WithoutCancel(ctx), a.Shop, content))
	}
	err = r.write(ctx, "put asset", func(ctx context.Context, tx *native.Conn) error {
		return run(ctx, tx,
			step{`DELETE FROM asset_pieces WHERE shop = ?1 AND content = (SELECT content FROM assets WHERE shop = ?1 AND name = ?2)`, []any{a.Shop, a.Name}},
			step{
				`REPLACE INTO assets (shop, name, mime, size, content, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
				[]any{a.Shop, a.Name, a.MIME, a.Size, content, millis(a.CreatedAt)},
			})
	})
	return a.Size, err
}

func (r *conversationStore) putPieces(ctx context.Context, shop tenant.ShopID, content string, from io.Reader) (size int64, err error) {
	for i := 0; ; i++ {
		piece := make([]byte, assetPiece)
		n, err := io.ReadFull(from, piece)
		if n > 0 {
			err := r.write(ctx, "put asset", func(ctx context.Context, tx *native.Conn) error {
				return run(ctx, tx, step{`INSERT INTO asset_pieces (shop, content, i, data) VALUES (?, ?, ?, ?)`, []any{shop, content, i, piece[:n]}})
			})
			if err != nil {
				return 0, err
			}
		}
		size += int64(n)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return size, nil
		case err != nil:
			return 0, fmt.Errorf("put asset: %w", err)
		}
	}
}

func (r *conversationStore) dropPieces(ctx context.Context, shop tenant.ShopID, content string) error {
	return r.exec(ctx, "drop asset", nil, `DELETE FROM asset_pieces WHERE shop = ? AND content = ?`, shop, content)
}

const selectAsset = `SELECT shop, name, mime, size, created_at FROM assets WHERE shop = ?`

// Asset implements conversation.Assets.
func (r *conversationStore) Asset(ctx context.Context, shop tenant.ShopID, name string) (conversation.Asset, error) {
	return scanAsset(r.d.reader().QueryRowContext(ctx, selectAsset+` AND name = ?`, shop, name))
}

// WriteAsset implements conversation.Assets.
func (r *conversationStore) WriteAsset(ctx context.Context, shop tenant.ShopID, name string, w io.Writer) error {
	if _, err := r.Asset(ctx, shop, name); err != nil {
		return fmt.Errorf("read asset: %w", err)
	}
	rows, err := r.d.reader().QueryContext(ctx, `SELECT p.data FROM assets a JOIN asset_pieces p ON p.shop = a.shop AND p.content = a.content
		WHERE a.shop = ? AND a.name = ? ORDER BY p.i`, shop, name)
	if err != nil {
		return fmt.Errorf("read asset: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var piece sql.RawBytes
		if err := rows.Scan(&piece); err != nil {
			return fmt.Errorf("read asset: %w", err)
		}
		if _, err := w.Write(piece); err != nil {
			return fmt.Errorf("read asset: %w", err)
		}
	}
	return rows.Err()
}

// Assets implements conversation.Assets.
func (r *conversationStore) Assets(ctx context.Context, shop tenant.ShopID) ([]conversation.Asset, error) {
	rows, err := r.d.reader().QueryContext(ctx, selectAsset+` ORDER BY name`, shop)
	return collect(rows, err, scanAsset)
}

// DeleteAsset implements conversation.Assets.
func (r *conversationStore) DeleteAsset(ctx context.Context, shop tenant.ShopID, name string) error {
	return r.write(ctx, "delete asset", func(ctx context.Context, tx *native.Conn) error {
		if err := run(ctx, tx, step{`DELETE FROM asset_pieces WHERE shop = ?1 AND content = (SELECT content FROM assets WHERE shop = ?1 AND name = ?2)`, []any{shop, name}}); err != nil {
			return err
		}
		return execAffected(ctx, tx, conversation.ErrNotFound, `DELETE FROM assets WHERE shop = ? AND name = ?`, shop, name)
	})
}
