package migrate

import (
	"encoding/json"
	"fmt"
	"time"
)

// Role says on which side of a migration a store is.
type Role string

// The roles.
const (
	Source Role = "source"
	Target Role = "target"
)

// Marker says in a store that it takes, or took, part in a migration.
type Marker struct {
	ID       string    `json:"id"` // the same in both endpoints
	Role     Role      `json:"role"`
	Finished bool      `json:"finished,omitempty"`
	Other    string    `json:"other"` // the other endpoint's name
	At       time.Time `json:"at"`    // of the start, or of the end

	// Done holds the kinds that a target has completely, of a source that cannot have changed.
	Done map[Kind]Checksum `json:"done,omitempty"`
}

func (m *Marker) date() string { return m.At.UTC().Format("2006-01-02 15:04 MST") }

// Text returns the marker as stores keep it: JSON.
func (m *Marker) Text() (string, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("write marker: %w", err)
	}
	return string(b), nil
}

// ParseMarker is the inverse of Text.
func ParseMarker(text string) (*Marker, error) {
	m := new(Marker)
	if err := json.Unmarshal([]byte(text), m); err != nil {
		return nil, fmt.Errorf("read marker of a migration: %w", err)
	}
	return m, nil
}
