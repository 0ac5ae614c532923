package expr

import "time"

// Scope is the input of an expression: the flow's variables and a snapshot of the
// moment. It is a plain value made by the caller; nothing here reads a
// clock. A zero Scope is valid: no variables, English, UTC, the year 1.
//
// Values that Lookup may return, at any depth: nil, bool, string, float64 (and
// any Go integer, which is read as float64), []any, map[string]any, time.Time.
// Every other type reads as nil.
type Scope struct {
	Lookup   func(name string) (any, bool) // a root name: "cliente", "contact"; false = no such variable
	Locale   string                        // BCP 47 tag the output is written in: "es-MX"
	Currency string                        // ISO 4217 code of money(); "" takes the locale's country's
	Now      time.Time                     // the moment of this step
	Zone     *time.Location                // the shop's time zone; nil = UTC
	Hours    Hours                         // the shop's opening hours; nil = always open
	Key      string                        // seed of hash_pick(), the same again on a replay
}

// Hours answers is_open() and next_open().
type Hours interface {
	Open(at time.Time) bool
	// NextOpen returns at itself while open; ok is false when the shop never opens again.
	NextOpen(at time.Time) (t time.Time, ok bool)
}

// Vars adapts a map to Scope.Lookup.
func Vars(m map[string]any) func(string) (any, bool) {
	return func(name string) (any, bool) {
		v, ok := m[name]
		return v, ok
	}
}

func (s *Scope) now() time.Time { return s.Now.In(s.zone()) }

func (s *Scope) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}
