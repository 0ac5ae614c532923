package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const (
	commitQuiet = `UPDATE conversations SET rev = rev + 1, run = ?5, paused = ?6, attention = ?7
		WHERE shop = ?1 AND id = ?2 AND rev = ?3 AND (?4 = 0 OR ?4 = (SELECT epoch FROM owners WHERE shop = ?1))
		RETURNING ` + conversationColumns + `, top`

	commitSpeaking = `UPDATE conversations SET rev = rev + 1, run = ?5, paused = ?6, attention = ?7, top = top + ?8,
		last_id = ?9, last_dir = 'out', last_kind = ?10, last_text = ?11, last_at = max(last_at, ?12)
		WHERE shop = ?1 AND id = ?2 AND rev = ?3 AND (?4 = 0 OR ?4 = (SELECT epoch FROM owners WHERE shop = ?1))
		RETURNING ` + conversationColumns + `, top`

	finishItem = `UPDATE messages SET state = iif(dir = 'out', 'sent', 'done')
		WHERE shop = ? AND conv = ? AND n = ? AND state = 'new' AND dir <> '-'`
	deleteItem = `DELETE FROM messages WHERE shop = ? AND conv = ? AND n = ? AND state = 'new' AND dir = '-'`

	selectNew = `SELECT ` + messageColumns + ` FROM messages INDEXED BY messages_waiting
		WHERE shop = ? AND conv = ? AND ` + isWaiting + ` AND state = 'new' ORDER BY n LIMIT ?`

	// isWaiting is the condition of index messages_waiting, which a statement has to repeat to use it.
	isWaiting = `state IN ('new', 'queued')`
)

// Next implements conversation.Inbox. It reads where the writer writes, because a
// commit need not have reached the disk, where readers look.
func (r *conversationStore) Next(ctx context.Context, shop tenant.ShopID, id conversation.ID, limit int) (conversation.InboxBatch, error) {
	var w conversation.InboxBatch
	err := r.write(ctx, "read inbox", func(ctx context.Context, tx *native.Conn) error {
		l, err := scanListed(tx.QueryRowContext(ctx, selectListed, shop, id))
		if err != nil {
			return err
		}
		found, err := tx.QueryContext(ctx, selectNew, shop, id, limit+1)
		rows, err := collect(found, err, scanRow(shop))
		if err != nil {
			return err
		}
		w = conversation.InboxBatch{Conversation: l.Conversation, Contact: l.Contact, More: len(rows) > limit}
		for _, row := range rows[:min(len(rows), limit)] {
			w.Items = append(w.Items, row.inbox(l.Conversation.Channel))
		}
		return nil
	})
	return w, err
}

// Commit implements conversation.Inbox. It does all of the commit's work in one
// transaction.
func (r *conversationStore) Commit(ctx context.Context, c conversation.Commit) (done conversation.CommitResult, err error) {
	if len(c.Sends) > conversation.MaxSends {
		return done, fmt.Errorf("commit conversation: %w: %d messages", conversation.ErrTooLarge, len(c.Sends))
	}
	err = r.d.writeAsync(ctx, c.Lost, func(ctx context.Context, tx *native.Conn) error {
		done, err = commit(ctx, tx, c)
		return err
	})
	if err != nil {
		return done, fmt.Errorf("commit conversation: %w", err)
	}
	return done, nil
}

// Relay implements conversation.Inbox: Commit left nothing.
func (r *conversationStore) Relay(context.Context, tenant.ShopID, ...conversation.ID) error {
	return nil
}

func commit(ctx context.Context, tx *native.Conn, c conversation.Commit) (done conversation.CommitResult, err error) {
	var top int64
	if done.Conversation, top, err = swap(ctx, tx, c); err != nil {
		return done, err
	}
	for _, n := range c.Done {
		if err := finish(ctx, tx, c, n); err != nil {
			return done, err
		}
	}
	for _, d := range c.Failed {
		if err := bury(ctx, tx, c, d); err != nil {
			return done, err
		}
	}
	if c.Recall {
		if done.Recalled, err = recall(ctx, tx, c); err != nil {
			return done, err
		}
	}
	for i, s := range c.Sends {
		item, err := queue(ctx, tx, done.Conversation, s, top-int64(len(c.Sends)-1-i), millis(c.At))
		if errors.Is(err, errDuplicate) {
			continue
		}
		if err != nil {
			return done, err
		}
		done.Queued = append(done.Queued, item)
	}
	if err := changeTimers(ctx, tx, c); err != nil {
		return done, err
	}
	if err := addCalls(ctx, tx, c); err != nil {
		return done, err
	}
	if err := addTrace(ctx, tx, c); err != nil {
		return done, err
	}
	if len(c.Contact) > 0 {
		return done, patchContact(ctx, tx, c.Shop, done.Conversation.Contact, c.Contact)
	}
	return done, nil
}

// swap is the compare-and-swap; top is the n of the last send.
func swap(ctx context.Context, tx *native.Conn, c conversation.Commit) (v conversation.Conversation, top int64, err error) {
	attention := ""
	if c.Handoff != nil {
		if attention, err = encode(c.Handoff); err != nil {
			return v, 0, err
		}
	}
	args := []any{c.Shop, c.Conversation, c.Rev, c.Epoch, []byte(c.Run), c.Paused, attention}
	text := commitQuiet
	if k := len(c.Sends); k > 0 {
		last := c.Sends[k-1]
		p := conversation.PreviewOf(last.MessageID, conversation.Outgoing, last.Content, c.At)
		text, args = commitSpeaking, append(args, k, p.ID, p.Kind, p.Text, millis(p.At))
	}
	err = tx.QueryRowContext(ctx, text, args...).Scan(append(conversationInto(&v), &top)...)
	if errors.Is(err, sql.ErrNoRows) {
		err = refusalOf(ctx, tx, c)
	}
	return v, top, err
}

// refusal says why a commit matched no conversation.
func refusalOf(ctx context.Context, tx *native.Conn, c conversation.Commit) error {
	if c.Epoch != 0 {
		if err := fence(ctx, tx, c.Shop, c.Epoch); err != nil {
			return err
		}
	}
	var rev int64
	err := tx.QueryRowContext(ctx, `SELECT rev FROM conversations WHERE shop = ? AND id = ?`, c.Shop, c.Conversation).Scan(&rev)
	if err != nil {
		return or(err, conversation.ErrNotFound)
	}
	return conversation.ErrConflict
}

// finish takes an item out of the inbox: a message stays as history and a note as a
// mark that it was there; a timer goes. ErrConflict when it is not there: it was
// lost after it had been read.
func finish(ctx context.Context, tx *native.Conn, c conversation.Commit, n int64) error {
	kept, err := tx.ExecContext(ctx, finishItem, c.Shop, c.Conversation, n)
	if err != nil || kept > 0 {
		return err
	}
	return execAffected(ctx, tx, conversation.ErrConflict, deleteItem, c.Shop, c.Conversation, n)
}

func bury(ctx context.Context, tx *native.Conn, c conversation.Commit, d conversation.FailedItem) error {
	return execAffected(ctx, tx, conversation.ErrConflict, `UPDATE messages SET state = 'dead', code = ?
		WHERE shop = ? AND conv = ? AND n = ? AND state = 'new'`, d.Reason, c.Shop, c.Conversation, d.N)
}

func recall(ctx context.Context, tx *native.Conn, c conversation.Commit) ([]conversation.Message, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE messages SET state = 'dropped', code = 'recalled'
		WHERE shop = ? AND conv = ? AND state = 'queued' AND author = ? RETURNING `+messageColumns, c.Shop, c.Conversation, conversation.ByFlow)
	return collect(rows, err, func(s scanner) (conversation.Message, error) {
		m, err := scanRow(c.Shop)(s)
		return m.message(), err
	})
}

func queue(ctx context.Context, tx *native.Conn, v conversation.Conversation, s conversation.Send, n, now int64) (conversation.OutboxItem, error) {
	out := row{
		shop: v.Shop, conv: v.ID, n: n, id: s.MessageID, dir: string(conversation.Outgoing), state: string(message.Queued), at: now,
		notBefore: millis(s.NotBefore), author: s.By, body: body{Peer: s.To, Quoted: s.Quoted, Typing: s.Typing, Content: s.Content},
	}
	return out.outbox(v.Channel), insertRow(ctx, tx, out, whatOut)
}
