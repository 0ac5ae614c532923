package pipeline

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// Conversation returns one conversation with its contact, or ErrNotFound.
func (s *Service) Conversation(ctx context.Context, shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error) {
	return s.o.Store.Conversation(ctx, shop, id)
}

// Conversations lists the shop's, sorted by their newest message, the latest
// first, limit at a time. cursor is empty at first, then the next of the page
// before; next is empty on the last page. ErrCursor.
func (s *Service) Conversations(ctx context.Context, shop tenant.ShopID, cursor string, limit int) (list []conversation.ConversationWithContact, next string, err error) {
	p := conversation.Page{Limit: limit + 1}
	if cursor != "" {
		ms, id, err := decodeCursor(cursor)
		if err != nil {
			return nil, "", err
		}
		p.Before, p.BeforeID = time.UnixMilli(ms).UTC(), conversation.ID(id)
	}
	if list, err = s.o.Store.Conversations(ctx, shop, p); err != nil || len(list) <= limit {
		return list, "", err
	}
	last := list[limit-1].Conversation
	return list[:limit], encodeCursor(last.Last.At.UnixMilli(), string(last.ID)), nil
}

// Messages lists a conversation's, the newest first, paged like Conversations.
// ErrNotFound, ErrCursor.
func (s *Service) Messages(ctx context.Context, shop tenant.ShopID, id conversation.ID, cursor string, limit int) (list []conversation.Message, next string, err error) {
	before := int64(conversation.Newest)
	if cursor != "" {
		if before, _, err = decodeCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	if err := s.relays.flush(ctx, shop); err != nil {
		return nil, "", err
	}
	if list, err = s.o.Store.Messages(ctx, shop, id, before, limit+1); err != nil || len(list) <= limit {
		return list, "", err
	}
	return list[:limit], encodeCursor(list[limit-1].N, ""), nil
}

// SentMessage returns a message of ours by its WhatsApp id, for a phone that could
// not decrypt it and asks again.
func (s *Service) SentMessage(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, id string) (message.Out, bool, error) {
	item, _, err := s.sent(ctx, shop, channel, id)
	if errors.Is(err, conversation.ErrNotFound) {
		return message.Out{}, false, nil
	}
	return item.Out, err == nil, err
}

func (s *Service) sent(ctx context.Context, shop tenant.ShopID, channel message.ChannelType, id string) (conversation.OutboxItem, conversation.Message, error) {
	if err := s.relays.flush(ctx, shop); err != nil {
		return conversation.OutboxItem{}, conversation.Message{}, err
	}
	return s.o.Store.Sent(ctx, shop, channel, id)
}

// Trace explains the conversation's newest answers: the steps of at most limit
// commits, the oldest first. ErrNotFound.
func (s *Service) Trace(ctx context.Context, shop tenant.ShopID, id conversation.ID, limit int) ([]conversation.TraceStep, error) {
	if err := s.relays.flush(ctx, shop); err != nil {
		return nil, err
	}
	traces, err := s.o.Store.Traces(ctx, shop, id, conversation.Newest, limit)
	if err != nil {
		return nil, err
	}
	steps, err := conversation.DecodeTraces(traces)
	if err != nil {
		return nil, fmt.Errorf("conversation %s: %w", id, err)
	}
	return steps, nil
}

// DeleteTraces deletes the traces of all shops that are older than before.
func (s *Service) DeleteTraces(ctx context.Context, before time.Time) error {
	return s.o.Store.DropTraces(ctx, before)
}

func encodeCursor(n int64, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(n, 10) + "|" + id))
}

func decodeCursor(cursor string) (n int64, id string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, "", conversation.ErrCursor
	}
	number, id, ok := strings.Cut(string(b), "|")
	if n, err = strconv.ParseInt(number, 10, 64); err != nil || !ok {
		return 0, "", conversation.ErrCursor
	}
	return n, id, nil
}
