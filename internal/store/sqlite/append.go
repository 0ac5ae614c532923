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

// whatOut is messages.what of everything the shop wrote: there is one message of an id.
const whatOut = "out"

// errDuplicate undoes an append of what is there already.
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
	fate := make(chan error, 1)
	look := true
	err = r.d.writeFlat(ctx, func(err error) { fate <- err }, func(ctx context.Context, tx *native.Conn) error {
		if look {
			look = false
			if err := unseen(ctx, tx, m); err != nil {
				return err
			}
		}
		a, err = appendMessage(ctx, tx, m)
		return err
	})
	if errors.Is(err, errDuplicate) { // what it repeats may still be on its way to the disk
		a, err = conversation.AppendResult{}, r.d.sync(ctx)
	}
	if err != nil {
		return a, nil, fmt.Errorf("append message: %w", err)
	}
	if !a.Fresh {
		return a, nil, nil
	}
	return a, onItsWay{r.d, fate}, nil
}

// onItsWay is something in the transaction that the writer has open.
type onItsWay struct {
	d    *DB
	fate chan error
}

// Stored implements conversation.Ticket.
func (o onItsWay) Stored() <-chan error { return o.fate }

// Flush implements conversation.Ticket: somebody who waits for the disk ends the transaction.
func (o onItsWay) Flush(ctx context.Context) error { return o.d.sync(ctx) }

// unseen looks whether a message may be there already: errSavepoint when only its row can tell.
func unseen(ctx context.Context, tx *native.Conn, m message.In) error {
	var one int
	switch err := tx.QueryRowContext(ctx, selectOnce, m.Shop, m.ID, what(m)).Scan(&one); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case m.FromMe: // the echo of what we sent, in whatever conversation
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

// what tells messages of one id apart: WhatsApp's ids are the sender's choice.
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

// chatName is what a message tells of its chat's name: in a one-to-one chat
// the sender's own name, in groups and of what we wrote nothing.
func chatName(m message.In) string {
	if m.FromMe || m.Chat.Group != "" {
		return ""
	}
	return m.Name
}
