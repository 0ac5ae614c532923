package sqlite

import (
	"context"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/store/sqlite/native"
)

// absorb gives everything that the contact gone has to keep and removes it.
// It returns the conversations that ended. The newer run goes on: keep is the
// contact that wrote last.
func absorb(ctx context.Context, tx *native.Conn, keep, gone contact.Contact) ([]conversation.ID, error) {
	rows, err := tx.QueryContext(ctx, `SELECT o.id, coalesce(k.id, '') FROM conversations o
		LEFT JOIN conversations k ON k.shop = o.shop AND k.contact = ? AND k.channel = o.channel
		WHERE o.shop = ? AND o.contact = ?`, keep.ID, gone.Shop, gone.ID)
	type pair struct{ old, kept conversation.ID }
	pairs, err := collect(rows, err, func(s scanner) (p pair, err error) { return p, s.Scan(&p.old, &p.kept) })
	if err != nil {
		return nil, err
	}
	var ended []conversation.ID
	for _, p := range pairs {
		if p.kept == "" { // the only one on its channel: it moves as it is
			err = run(ctx, tx, step{`UPDATE conversations SET contact = ?, rev = rev + 1 WHERE shop = ? AND id = ?`, []any{keep.ID, keep.Shop, p.old}})
		} else {
			ended = append(ended, p.old)
			err = join(ctx, tx, keep, p.old, p.kept)
		}
		if err != nil {
			return nil, err
		}
	}
	return ended, run(ctx, tx,
		step{`DELETE FROM contact_aliases WHERE shop = ? AND contact = ?`, []any{gone.Shop, gone.ID}},
		step{`DELETE FROM contacts WHERE shop = ? AND id = ?`, []any{gone.Shop, gone.ID}})
}

// join puts the messages of the conversation old before those of kept. n of
// kept's messages stays, because they may be on their way; old's go below.
func join(ctx context.Context, tx *native.Conn, c contact.Contact, old, kept conversation.ID) error {
	var below int64
	err := tx.QueryRowContext(ctx, `SELECT coalesce((SELECT min(n) FROM messages WHERE shop = ?1 AND conv = ?2), 1) - 1
		- (SELECT top FROM conversations WHERE shop = ?1 AND id = ?3)`, c.Shop, kept, old).Scan(&below)
	if err != nil {
		return err
	}
	// A conversation whose flow never ran takes over the run of the other, with its timers.
	return run(ctx, tx,
		step{`UPDATE OR IGNORE messages SET conv = ?1, n = n + ?2 WHERE shop = ?3 AND conv = ?4`, []any{kept, below, c.Shop, old}},
		step{`DELETE FROM messages WHERE shop = ? AND conv = ?`, []any{c.Shop, old}}, // what both had
		step{`UPDATE timers SET conv = ?1 WHERE shop = ?2 AND conv = ?3
			AND (SELECT run FROM conversations WHERE shop = ?2 AND id = ?1) IS NULL`, []any{kept, c.Shop, old}},
		step{`DELETE FROM timers WHERE shop = ? AND conv = ?`, []any{c.Shop, old}},
		step{`UPDATE calls SET conv = ?1 WHERE shop = ?2 AND conv = ?3`, []any{kept, c.Shop, old}},
		step{`UPDATE OR IGNORE traces SET conv = ?1 WHERE shop = ?2 AND conv = ?3`, []any{kept, c.Shop, old}},
		step{`DELETE FROM traces WHERE shop = ? AND conv = ?`, []any{c.Shop, old}},
		step{`UPDATE conversations AS k SET rev = max(k.rev, o.rev) + 1, run = coalesce(k.run, o.run), paused = max(k.paused, o.paused),
			unread = k.unread + o.unread, window_until = max(k.window_until, o.window_until),
			created_at = min(k.created_at, o.created_at)
			FROM conversations AS o WHERE k.shop = ?1 AND k.id = ?2 AND o.shop = ?1 AND o.id = ?3`, []any{c.Shop, kept, old}},
		step{`DELETE FROM conversations WHERE shop = ? AND id = ?`, []any{c.Shop, old}})
}

type step struct {
	text string
	args []any
}

func run(ctx context.Context, tx *native.Conn, steps ...step) error {
	for _, s := range steps {
		if _, err := tx.ExecContext(ctx, s.text, s.args...); err != nil {
			return err
		}
	}
	return nil
}
