package conversation

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"recado/internal/tenant"
)

// Conversation returns one conversation with its contact, or ErrNotFound.
func (s *Service) Conversation(ctx context.Context, shop tenant.ShopID, id ID) (ConversationWithContact, error) {
	return s.o.Store.Conversation(ctx, shop, id)
}

// Conversations lists the shop's, the one that moved last first, limit at a
// time. cursor is empty at first, then the next that came with the page before;
// next is empty on the last page. ErrCursor.
func (s *Service) Conversations(ctx context.Context, shop tenant.ShopID, cursor string, limit int) (list []ConversationWithContact, next string, err error) {
	p := Page{Limit: limit + 1}
	if cursor != "" {
		ms, id, err := decodeCursor(cursor)
		if err != nil {
			return nil, "", err
		}
		p.Before, p.BeforeID = time.UnixMilli(ms).UTC(), ID(id)
	}
	if list, err = s.o.Store.Conversations(ctx, shop, p); err != nil || len(list) <= limit {
		return list, "", err
	}
	last := list[limit-1].Conversation
	return list[:limit], encodeCursor(last.Last.At.UnixMilli(), string(last.ID)), nil
}

// Messages lists a conversation's, the newest first, paged like Conversations.
// ErrNotFound, ErrCursor.
func (s *Service) Messages(ctx context.Context, shop tenant.ShopID, id ID, cursor string, limit int) (list []Message, next string, err error) {
	before := int64(Newest)
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

func encodeCursor(n int64, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(n, 10) + "|" + id))
}

func decodeCursor(cursor string) (n int64, id string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, "", ErrCursor
	}
	number, id, ok := strings.Cut(string(b), "|")
	if n, err = strconv.ParseInt(number, 10, 64); err != nil || !ok {
		return 0, "", ErrCursor
	}
	return n, id, nil
}
