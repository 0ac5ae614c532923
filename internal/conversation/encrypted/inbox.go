package encrypted

import (
	"context"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Append implements conversation.Inbox.
func (s *Store) Append(ctx context.Context, m message.In) (conversation.AppendResult, error) {
	a, _, err := s.append(ctx, m, func(ctx context.Context, m message.In) (conversation.AppendResult, conversation.Ticket, error) {
		a, err := s.inner.Append(ctx, m)
		return a, nil, err
	})
	return a, err
}

// AppendAsync implements conversation.AsyncAppender as far as the inner store does.
func (s *Store) AppendAsync(ctx context.Context, m message.In) (conversation.AppendResult, conversation.Ticket, error) {
	if e, ok := s.inner.(conversation.AsyncAppender); ok {
		return s.append(ctx, m, e.AppendAsync)
	}
	a, err := s.Append(ctx, m)
	return a, nil, err
}

type appendFunc = func(context.Context, message.In) (conversation.AppendResult, conversation.Ticket, error)

func (s *Store) append(ctx context.Context, m message.In, do appendFunc) (conversation.AppendResult, conversation.Ticket, error) {
	b, err := s.sealCodec(ctx, m.Shop)
	if err != nil {
		return conversation.AppendResult{}, nil, err
	}
	hidden := b.sealIn(m)
	if b.err != nil {
		return conversation.AppendResult{}, nil, b.err
	}
	a, p, err := do(ctx, hidden)
	if err != nil || !a.Fresh { // nothing private is in it
		return a, nil, err
	}
	a.Conversation, a.Contact, a.Message = b.openConversation(a.Conversation), b.openContact(a.Contact), b.openMessage(a.Message)
	return a, p, b.err
}

// Next implements conversation.Inbox.
func (s *Store) Next(ctx context.Context, shop tenant.ShopID, id conversation.ID, limit int) (conversation.InboxBatch, error) {
	w, err := s.inner.Next(ctx, shop, id, limit)
	if err != nil {
		return conversation.InboxBatch{}, err
	}
	b, err := s.openCodec(ctx, shop)
	if err != nil {
		return conversation.InboxBatch{}, err
	}
	w.Conversation, w.Contact, w.Items = b.openConversation(w.Conversation), b.openContact(w.Contact), mapSlice(w.Items, b.openItem)
	return w, b.err
}

// Commit implements conversation.Inbox.
func (s *Store) Commit(ctx context.Context, c conversation.Commit) (conversation.CommitResult, error) {
	b, err := s.sealCodec(ctx, c.Shop)
	if err != nil {
		return conversation.CommitResult{}, err
	}
	hidden := b.sealCommit(c)
	if b.err != nil {
		return conversation.CommitResult{}, b.err
	}
	done, err := s.inner.Commit(ctx, hidden)
	if err != nil {
		return conversation.CommitResult{}, err
	}
	done.Conversation = b.openConversation(done.Conversation)
	done.Queued, done.Recalled = mapSlice(done.Queued, b.openOutbox), mapSlice(done.Recalled, b.openMessage)
	return done, b.err
}

// Relay implements conversation.Inbox.
func (s *Store) Relay(ctx context.Context, shop tenant.ShopID, ids ...conversation.ID) error {
	return s.inner.Relay(ctx, shop, ids...)
}
