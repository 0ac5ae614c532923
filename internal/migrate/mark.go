package migrate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Role says which side of a migration a store is on.
type Role string

// The roles.
const (
	Source Role = "source"
	Target Role = "target"
)

// Mark is what a store says about a migration that it takes, or took, part in.
type Mark struct {
	ID       string    `json:"id"` // the same on both sides
	Role     Role      `json:"role"`
	Finished bool      `json:"finished,omitempty"`
	Other    string    `json:"other"` // the other side's name
	At       time.Time `json:"at"`    // begun, or finished

	// Done is what a target has completely, of a source that cannot have changed.
	Done map[Kind]Tally `json:"done,omitempty"`
}

func (m *Mark) date() string { return m.At.UTC().Format("2006-01-02 15:04 MST") }

// Text is how stores keep a mark.
func (m *Mark) Text() (string, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("write mark: %w", err)
	}
	return string(b), nil
}

// ParseMark is the inverse of Text.
func ParseMark(text string) (*Mark, error) {
	m := new(Mark)
	if err := json.Unmarshal([]byte(text), m); err != nil {
		return nil, fmt.Errorf("read mark of a migration: %w", err)
	}
	return m, nil
}

var (
	// ErrUnfinished keeps a server from what is not complete.
	ErrUnfinished = errors.New("a migration into this data is not finished; run the same recado migrate command again, which goes on where it was")
	// ErrMigrated keeps a server from sessions that live elsewhere.
	ErrMigrated = errors.New("two servers on copies of one WhatsApp session throw each other out. " +
		"When the other one will never run again, take this data back into service with --allow-migrated")
)

// Admit returns nil when a server may start on the stores of these ledgers:
// ErrUnfinished on the target of a migration, ErrMigrated on a source. With
// takeBack a source is given back: its mark is removed, and the migration, should
// it have been interrupted, cannot be resumed. It reports whether it did so.
func Admit(ctx context.Context, takeBack bool, ledgers ...Ledger) (taken bool, err error) {
	var marks []*Mark
	for _, l := range ledgers {
		m, err := l.Mark(ctx)
		if err != nil {
			return false, err
		}
		if m != nil && m.Role == Target {
			return false, fmt.Errorf("begun %s from %s: %w", m.date(), m.Other, ErrUnfinished)
		}
		marks = append(marks, m)
	}
	for i, m := range marks {
		switch {
		case m == nil:
			continue
		case !takeBack && m.Finished:
			return false, fmt.Errorf("this data was migrated to %s on %s and lives there: %w", m.Other, m.date(), ErrMigrated)
		case !takeBack:
			return false, fmt.Errorf("this data is being migrated to %s since %s: finish that, or: %w", m.Other, m.date(), ErrMigrated)
		}
		if err := ledgers[i].PutMark(ctx, nil); err != nil {
			return false, err
		}
		taken = true
	}
	return taken, nil
}
