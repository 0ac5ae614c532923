package conversation

import (
	"context"

	"recado/internal/message"
)

// AsyncAppender is a Store that can go on with a message before it is durable. The
// message, what its flow decides and the state of the encrypted answer then
// become durable together, with one wait for the disk where there would be two.
type AsyncAppender interface {
	// AppendAsync is Append that returns as soon as Next, Commit and Ready see the
	// message; nothing that is written later becomes durable before it. If it turns
	// out lost after all, a Commit that lists it fails with ErrConflict. A nil Ticket
	// says that it is durable, or not fresh.
	AppendAsync(ctx context.Context, m message.In) (AppendResult, Ticket, error)
}

// Ticket is a message on its way to the disk.
type Ticket interface {
	// Stored gives, once, nil when the message is durable, or why it never will be.
	Stored() <-chan error
	// Flush says that nothing follows from the message that could become durable
	// together with it.
	Flush(ctx context.Context) error
}

func (s *Service) appendIn(ctx context.Context, m message.In) (AppendResult, Ticket, error) {
	if e, ok := s.o.Store.(AsyncAppender); ok && s.o.OneLog {
		return e.AppendAsync(ctx, m)
	}
	a, err := s.o.Store.Append(ctx, m)
	return a, nil, err
}

// durable returns when p is. settled closes when the conversation has nothing to
// write that could come along.
func durable(ctx context.Context, p Ticket, settled <-chan struct{}) error {
	if p == nil {
		return nil
	}
	select {
	case err := <-p.Stored():
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-settled:
	}
	if err := p.Flush(ctx); err != nil {
		return err
	}
	select {
	case err := <-p.Stored():
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// following are those who wait to hear that a conversation has nothing to write.
type following []chan struct{}

// follow returns a channel that closes when c has been stepped and what it sends
// at once was sent. The caller holds Service.mu.
func (c *conv) follow() <-chan struct{} {
	settled := make(chan struct{})
	c.following = append(c.following, settled)
	return settled
}

// settle tells them, unless c still sends. The caller holds Service.mu.
func (c *conv) settle() {
	if c.sending {
		return
	}
	for _, settled := range c.following {
		close(settled)
	}
	c.following = nil
}
