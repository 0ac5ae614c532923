package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

// NextEpoch implements cluster.Epochs.
func (r *conversationStore) NextEpoch(ctx context.Context, shop tenant.ShopID, atLeast cluster.Epoch) (epoch cluster.Epoch, err error) {
	err = r.write(ctx, "next epoch", func(ctx context.Context, tx *native.Conn) error {
		return tx.QueryRowContext(ctx, `INSERT INTO owners (shop, epoch) VALUES (?1, max(?2, 1))
			ON CONFLICT (shop) DO UPDATE SET epoch = max(epoch + 1, ?2) RETURNING epoch`, shop, atLeast).Scan(&epoch)
	})
	return epoch, err
}

const selectEpoch = `SELECT epoch FROM owners WHERE shop = ?`

// fence returns ErrStale unless epoch is the shop's newest.
func fence(ctx context.Context, tx *native.Conn, shop tenant.ShopID, epoch cluster.Epoch) error {
	var newest cluster.Epoch
	err := tx.QueryRowContext(ctx, selectEpoch, shop).Scan(&newest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if epoch != newest {
		return conversation.ErrStale
	}
	return nil
}

const selectWaiting = `SELECT DISTINCT conv FROM messages INDEXED BY messages_waiting WHERE shop = ? AND ` + isWaiting + ` AND state = ?`

// Adopt implements conversation.Outbox.
func (r *conversationStore) Adopt(ctx context.Context, l cluster.Lease) (b conversation.Unfinished, err error) {
	err = r.write(ctx, "adopt shop", func(ctx context.Context, tx *native.Conn) error {
		err := execAffected(ctx, tx, conversation.ErrStale, `INSERT INTO owners (shop, epoch) VALUES (?1, ?2)
			ON CONFLICT (shop) DO UPDATE SET epoch = ?2 WHERE epoch <= ?2`, l.Shop, l.Epoch)
		if err != nil {
			return err
		}
		in := func(state string) ([]conversation.ID, error) {
			rows, err := tx.QueryContext(ctx, selectWaiting, l.Shop, state)
			return collect(rows, err, scanID)
		}
		if b.Inbox, err = in(stateNew); err != nil {
			return err
		}
		b.Outbox, err = in(string(message.Queued))
		return err
	})
	return b, err
}

func scanID(s scanner) (id conversation.ID, err error) { return id, s.Scan(&id) }

var _ cluster.Epochs = (*Records)(nil)
