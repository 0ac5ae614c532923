package sqlite

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const (
	selectReady = `SELECT ` + messageColumns + ` FROM messages INDEXED BY messages_waiting
		WHERE shop = ? AND conv = ? AND ` + isWaiting + ` AND state = 'queued' AND n > ? ORDER BY n LIMIT ?`

	// What was sent stays sent, also when it was recalled a moment too late.
	settleSent = `UPDATE messages INDEXED BY messages_once SET state = 'sent', code = ''
		WHERE shop = ? AND id = ? AND what = 'out' AND state IN ('queued', 'dropped')`
	settleFailed = `UPDATE messages INDEXED BY messages_once SET state = ?3, code = ?4
		WHERE shop = ?1 AND id = ?2 AND what = 'out' AND state = 'queued'`

	updateDelivered = `UPDATE messages INDEXED BY messages_once SET state = 'delivered', code = ''
		WHERE shop = ? AND id = ? AND what = 'out' AND state IN ('queued', 'sent', 'failed', 'dropped') RETURNING ` + messageColumns
	updateRead = `UPDATE messages INDEXED BY messages_once SET state = 'read', code = ''
		WHERE shop = ? AND id = ? AND what = 'out' AND state IN ('queued', 'sent', 'failed', 'dropped', 'delivered') RETURNING ` + messageColumns
)

// Ready implements conversation.Outbox. It reads like Next.
func (r *conversationStore) Ready(ctx context.Context, shop tenant.ShopID, id conversation.ID, after int64, limit int) ([]conversation.OutboxItem, error) {
	var items []conversation.OutboxItem
	err := r.write(ctx, "read outbox", func(ctx context.Context, tx *native.Conn) error {
		l, err := scanListed(tx.QueryRowContext(ctx, selectListed, shop, id))
		if errors.Is(err, conversation.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		found, err := tx.QueryContext(ctx, selectReady, shop, id, after, limit)
		rows, err := collect(found, err, scanRow(shop))
		for _, row := range rows {
			items = append(items, row.outbox(l.Conversation.Channel))
		}
		return err
	})
	return items, err
}

// Settle implements conversation.Outbox.
func (r *conversationStore) Settle(ctx context.Context, l cluster.Lease, outcomes []conversation.Outcome) error {
	return r.write(ctx, "settle outbox", func(ctx context.Context, tx *native.Conn) error {
		if err := fence(ctx, tx, l.Shop, l.Epoch); err != nil {
			return err
		}
		for _, o := range outcomes {
			text, args := settleSent, []any{l.Shop, o.MessageID}
			if o.Status != message.Sent {
				text, args = settleFailed, append(args, o.Status, o.Code)
			}
			if _, err := tx.ExecContext(ctx, text, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Update implements conversation.Outbox.
func (r *conversationStore) Update(ctx context.Context, u message.Update) (changed []conversation.Message, err error) {
	text := updateDelivered
	switch u.Status {
	case message.Delivered:
	case message.Read:
		text = updateRead
	default:
		return nil, fmt.Errorf("update messages: %w: status %q", message.ErrContent, u.Status)
	}
	err = r.write(ctx, "update messages", func(ctx context.Context, tx *native.Conn) error {
		for _, id := range u.IDs {
			m, err := scanRow(u.Shop)(tx.QueryRowContext(ctx, text, u.Shop, id))
			if errors.Is(err, conversation.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			changed = append(changed, m.message())
		}
		return nil
	})
	return changed, err
}

// Sent implements conversation.Outbox.
func (r *conversationStore) Sent(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, messageID string) (conversation.OutboxItem, conversation.Message, error) {
	m, err := scanRow(shop)(r.d.reader().QueryRowContext(ctx, `SELECT `+messageColumns+` FROM messages
		WHERE shop = ?1 AND id = ?2 AND what = 'out'
		AND ?3 = (SELECT channel FROM conversations v WHERE v.shop = ?1 AND v.id = messages.conv)`, shop, messageID, channel))
	if err != nil {
		return conversation.OutboxItem{}, conversation.Message{}, err
	}
	return m.outbox(channel), m.message(), nil
}
