package wasim

import "context"

// Screen returns the bubbles of a phone with a sequence number greater than
// after, of the chat with one number when with is not empty. Oldest first.
func (s *Server) Screen(number, with string, after int64) ([]ScreenMessage, error) {
	p, err := s.phone(number)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.screen.since(with, after), nil
}

// Problems returns what a phone could not read at once.
func (s *Server) Problems(number string) ([]Problem, error) {
	p, err := s.phone(number)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Problem, len(p.screen.problems))
	for i, problem := range p.screen.problems {
		out[i] = *problem
	}
	return out, nil
}

// Changed returns a channel that is closed at the next change of a phone's
// screen. Take it before looking, so that no change is missed.
func (s *Server) Changed(number string) (<-chan struct{}, error) {
	p, err := s.phone(number)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed, nil
}

// MarkRead has a phone's owner read the chat with another number.
func (s *Server) MarkRead(_ context.Context, number, with string) error {
	p, err := s.phone(number)
	if err != nil {
		return err
	}
	other := s.account(with)
	if other == nil {
		return ErrNoPhone
	}
	p.do(func() { p.markRead(other) })
	return nil
}
