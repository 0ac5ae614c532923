package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"recado/internal/conversation"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

// whatNote is messages.what of a note.
const whatNote = "note"

func addCalls(ctx context.Context, tx *native.Conn, c conversation.Commit) error {
	for _, call := range c.Calls {
		if err := run(ctx, tx, step{
			`INSERT INTO calls (shop, key, conv, request, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (shop, key) DO NOTHING`,
			[]any{c.Shop, call.Key, c.Conversation, string(call.Request), millis(c.At)},
		}); err != nil {
			return err
		}
	}
	return nil
}

// Calls implements conversation.Calls.
func (r *conversationStore) Calls(ctx context.Context, shop tenant.ShopID, after string, limit int) ([]conversation.Call, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT conv, key, request, at FROM calls
		WHERE shop = ? AND key > ? ORDER BY key LIMIT ?`, shop, after, limit)
	return collect(rows, err, func(s scanner) (c conversation.Call, err error) {
		return c, s.Scan(&c.Conversation, &c.Key, (*[]byte)(&c.Request), timeInto{&c.At})
	})
}

// Push implements conversation.Calls.
func (r *conversationStore) Push(ctx context.Context, shop tenant.ShopID, id conversation.ID, n conversation.QueuedInput) (p conversation.PushResult, err error) {
	var missing error
	err = r.write(ctx, "push note", func(ctx context.Context, tx *native.Conn) error {
		p, missing = conversation.PushResult{Conversation: id}, nil
		err := tx.QueryRowContext(ctx, `DELETE FROM calls WHERE shop = ? AND key = ? RETURNING conv`, shop, n.Key).Scan(&p.Conversation)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		p.Fresh, err = pushNote(ctx, tx, shop, p.Conversation, n)
		if errors.Is(err, conversation.ErrNotFound) {
			missing, err = err, nil // and the call stays forgotten
		}
		return err
	})
	return p, errors.Join(err, missing)
}

func pushNote(ctx context.Context, tx *native.Conn, shop tenant.ShopID, id conversation.ID, n conversation.QueuedInput) (fresh bool, err error) {
	in := row{shop: shop, conv: id, id: n.Key, dir: dirNote, state: stateNew, body: body{Input: n.Input}}
	err = tx.QueryRowContext(ctx, `UPDATE conversations SET top = top + 1 WHERE shop = ? AND id = ? RETURNING top`, shop, id).Scan(&in.n)
	if err != nil {
		return false, or(err, conversation.ErrNotFound)
	}
	if err = insertRow(ctx, tx, in, whatNote); errors.Is(err, errDuplicate) {
		return false, nil
	}
	return err == nil, err
}
