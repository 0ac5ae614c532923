package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/store/sqlite/native"
)

const (
	touchConversation = `UPDATE conversations SET top = top + 1, unread = unread + ?4, window_until = max(window_until, ?5),
		last_id = ?6, last_dir = ?7, last_kind = ?8, last_text = ?9, last_at = max(last_at, ?10)
		WHERE shop = ?1 AND contact = ?2 AND channel = ?3 RETURNING ` + conversationColumns + `, top`

	insertMessage = `INSERT INTO messages (shop, conv, n, id, what, dir, state, at, not_before, author, body, code)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') ON CONFLICT (shop, id, what, conv) DO NOTHING`

	// selectOnce finds a message by its id, in whatever conversation.
	selectOnce = `SELECT 1 FROM messages INDEXED BY messages_once WHERE shop = ? AND id = ? AND what = ?`
)

// whatOut is messages.what of the shop's own messages: their ids are unique.
const whatOut = "out"

// errDuplicate undoes the append of a message that is stored already.
var errDuplicate = errors.New("stored before")

// Append implements conversation.Inbox.
func (r *conversationStore) Append(ctx context.Context, m message.In) (a conversation.AppendResult, err error) {
	err = r.write(ctx, "append message", func(ctx context.Context, tx *native.Conn) error {
		if err := unseen(ctx, tx, m); err != nil && !errors.Is(err, errSavepoint) {
			return err
		}
		a, err = appendMessage(ctx, tx, m)
		return err
	})
	if errors.Is(err, errDuplicate) {
		return conversation.AppendResult{}, nil
	}
	return a, err
}

// AppendAsync implements conversation.AsyncAppender.
func (r *conversationStore) AppendAsync(ctx context.Context, m message.In) (a conversation.AppendResult, p conversation.Ticket, err error) {
	result := make(chan error, 1)
	unchecked := true
	err = r.d.writeFlat(ctx, func(err error) { result <- err }, func(ctx context.Context, tx *native.Conn) error {
		if unchecked {
			unchecked = false
			if err := unseen(ctx, tx, m); err != nil {
				return err
			}
		}
		a, err = appendMessage(ctx, tx, m)
		return err
	})
	if errors.Is(err, errDuplicate) { // the first one may not be on the disk yet
		a, err = conversation.AppendResult{}, r.d.sync(ctx)
	}
	if err != nil {
		return a, nil, fmt.Errorf("append message: %w", err)
	}
	if !a.Fresh {
		return a, nil, nil
	}
	return a, openTransaction{r.d, result}, nil
}

// openTransaction is a conversation.Ticket for a message in the writer's open transaction.
type openTransaction struct {
	d      *DB
	result chan error
}

// Stored implements conversation.Ticket.
func (o openTransaction) Stored() <-chan error { return o.result }

// Flush implements conversation.Ticket: an awaited operation ends the transaction.
func (o openTransaction) Flush(ctx context.Context) error { return o.d.sync(ctx) }

// unseen checks whether a message is stored: nil when it is not, errSavepoint when only the insert of its row can decide.
func unseen(ctx context.Context, tx *native.Conn, m message.In) error {
	var one int
	switch err := tx.QueryRowContext(ctx, selectOnce, m.Shop, m.ID, what(m)).Scan(&one); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case m.FromMe: // the echo of our own message, in any conversation
		return errDuplicate
	}
	return errSavepoint
}

func appendMessage(ctx context.Context, tx *native.Conn, m message.In) (a conversation.AppendResult, err error) {
	if a.Contact, a.Merged, err = recognize(ctx, tx, m.Shop, m.Chat, chatName(m), millis(m.At)); err != nil {
		return a, err
	}
	n, err := touch(ctx, tx, &a, m)
	if errors.Is(err, conversation.ErrNotFound) {
		if err := openConversation(ctx, tx, a.Contact, m.Channel, millis(m.At)); err != nil {
			return a, err
		}
		n, err = touch(ctx, tx, &a, m)
	}
	if err != nil {
		return a, err
	}
	in := arrival(m, a.Conversation.ID, n)
	if err := insertRow(ctx, tx, in, what(m)); err != nil {
		return a, err
	}
	a.Fresh, a.Message = true, in.message()
	return a, nil
}

// touch moves the conversation by one message, whose n it returns.
func touch(ctx context.Context, tx *native.Conn, a *conversation.AppendResult, m message.In) (n int64, err error) {
	unread, window, dir := 1, m.At.Add(conversation.Window), conversation.Incoming
	if m.FromMe {
		unread, dir, window = 0, conversation.Outgoing, moment(0)
	}
	p := conversation.PreviewOf(m.ID, dir, m.Content, m.At)
	row := tx.QueryRowContext(ctx, touchConversation, m.Shop, a.Contact.ID, m.Channel, unread, millis(window),
		p.ID, p.Direction, p.Kind, p.Text, millis(p.At))
	err = row.Scan(append(conversationInto(&a.Conversation), &n)...)
	return n, or(err, conversation.ErrNotFound)
}

// insert writes a message's row; errDuplicate when it is there already.
func insertRow(ctx context.Context, tx *native.Conn, m row, what string) error {
	var text []byte
	if m.dir != dirTimer {
		var err error
		if text, err = json.Marshal(m.body); err != nil {
			return fmt.Errorf("encode message: %w", err)
		}
	}
	n, err := tx.ExecContext(ctx, insertMessage, m.shop, m.conv, m.n, m.id, what, m.dir, m.state, m.at, m.notBefore,
		m.author, string(text))
	if err == nil && n == 0 {
		err = errDuplicate
	}
	return err
}

func arrival(m message.In, conv conversation.ID, n int64) row {
	in := row{
		shop: m.Shop, conv: conv, n: n, id: m.ID, dir: string(conversation.Incoming), state: stateNew, at: millis(m.At),
		body: body{Peer: m.Chat, Sender: m.Sender, Name: m.Name, Quoted: m.Quoted, Offline: m.Offline, Content: m.Content},
	}
	if m.FromMe {
		in.dir, in.author = string(conversation.Outgoing), conversation.ByPhone
	}
	return in
}

// what distinguishes messages of one id: senders choose WhatsApp's ids.
func what(m message.In) string {
	if m.FromMe {
		return whatOut
	}
	what := string(m.Kind())
	if keys := m.Sender.Keys(); m.Chat.Group != "" && len(keys) > 0 {
		what += " " + keys[0]
	}
	return what
}

// chatName is the name of the chat that a message carries: the sender's in a
// one-to-one chat, none in groups and in the shop's own messages.
func chatName(m message.In) string {
	if m.FromMe || m.Chat.Group != "" {
		return ""
	}
	return m.Name
}
