package channel

import (
	"fmt"
	"time"
)

// State is the current state of a channel: the stored part, and the part that
// exists only while it connects.
type State struct {
	Channel
	QR          string // only while connecting
	QRExpiresAt time.Time
	Attempt     int // reconnects in a row, 0 when none is under way
	MaxAttempts int
	RetryAt     time.Time
}

// step is an input of the state machine.
type step string

const (
	activate   step = "activate"
	showQR     step = "qr"
	wait       step = "waiting"
	ready      step = "ready"
	retry      step = "retrying"
	stop       step = "stopped"
	fail       step = "failed"
	deactivate step = "deactivate"
)

// transitions is the state machine, drawn in docs/architecture.md. A step that is
// not in it is illegal and changes nothing.
var transitions = map[step]map[Status]Status{
	activate:   {Inactive: Connecting, Errored: Connecting},
	showQR:     {Connecting: Connecting},
	wait:       {Connecting: Connecting},
	ready:      {Connecting: Active},
	retry:      {Connecting: Connecting, Active: Connecting},
	stop:       {Connecting: Inactive, Active: Inactive},
	fail:       {Connecting: Errored, Active: Errored},
	deactivate: {Connecting: Inactive, Active: Inactive, Errored: Inactive, Inactive: Inactive},
}

// TransitionError says that a step is illegal in a status.
type TransitionError struct {
	From Status
	Step string
}

func (e *TransitionError) Error() string {
	return fmt.Sprintf("a channel that is %s cannot go through %q", e.From, e.Step)
}

// move returns s after st. The fields that exist only while connecting are cleared.
func (s State) move(st step, reason Reason, now time.Time) (State, error) {
	to, ok := transitions[st][s.Status]
	if !ok {
		return s, &TransitionError{From: s.Status, Step: string(st)}
	}
	if s.Status != to || s.Reason != reason {
		s.Status, s.Reason, s.UpdatedAt = to, reason, now
	}
	s.QR, s.QRExpiresAt = "", time.Time{}
	s.Attempt, s.MaxAttempts, s.RetryAt = 0, 0, time.Time{}
	return s, nil
}

// after returns s after the session's event e.
func (s State) after(e Event, now time.Time) (State, error) {
	switch e := e.(type) {
	case QR:
		n, err := s.move(showQR, NoReason, now)
		if err == nil {
			n.QR, n.QRExpiresAt = e.Code, e.ExpiresAt
		}
		return n, err
	case Waiting:
		return s.move(wait, e.Reason, now)
	case Ready:
		n, err := s.move(ready, NoReason, now)
		if err == nil {
			n.Number, n.Name, n.LastConnection = e.Number, e.Name, now
		}
		return n, err
	case Retrying:
		n, err := s.move(retry, e.Reason, now)
		if err == nil {
			n.Attempt, n.MaxAttempts, n.RetryAt = e.Attempt, e.Max, e.At
		}
		return n, err
	case Stopped:
		return s.stopped(e, now)
	}
	return s, fmt.Errorf("unknown event %T", e)
}

// stopped returns s after the end of its session. A channel that cannot reach
// WhatsApp stays enabled, so that the next start tries again; one that lost its
// credentials does not.
func (s State) stopped(e Stopped, now time.Time) (State, error) {
	st := stop
	if e.Failed {
		st = fail
	}
	n, err := s.move(st, e.Reason, now)
	if err != nil {
		return s, err
	}
	switch e.Reason {
	case LoggedOut, SessionLost:
		n.Enabled, n.Number, n.Name = false, "", ""
	case Unreachable, Outdated, TemporaryBan, StoreFailed:
	default:
		n.Enabled = false
	}
	return n, nil
}

// activated returns s, which no node serves, as it starts to connect: with stored
// credentials if linked, otherwise towards a QR.
func (s State) activated(linked bool, now time.Time) (State, error) {
	if s.Status == Connecting || s.Status == Active {
		s.Status = Inactive // stored by a process that died
	}
	reason := NoReason
	if linked {
		reason = Restoring
	}
	n, err := s.move(activate, reason, now)
	if err != nil {
		return s, err
	}
	if n.CreatedAt.IsZero() {
		n.CreatedAt = now
	}
	n.Enabled = true
	return n, nil
}

// deactivated returns s after the channel was disabled.
func (s State) deactivated(reason Reason, unlinked bool, now time.Time) State {
	n, err := s.move(deactivate, reason, now)
	if err != nil { // the table allows it in every status
		n = s
	}
	n.Enabled = false
	if unlinked {
		n.Number, n.Name = "", ""
	}
	return n
}
