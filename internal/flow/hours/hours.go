// Package hours holds a shop's opening hours: a weekly plan in the shop's time
// zone, with holidays and other days that differ. It is a value that is stored
// as JSON and asked by flows ("are you open?", "when do you open?"). Times of
// day are wall-clock times, so a change to summer time moves no opening hour.
package hours

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Calendar is a plan of opening hours. Its zero value is always open.
type Calendar struct {
	Week []Day     `json:"week,omitempty"` // empty = open all day, every day
	Days []Special `json:"days,omitempty"` // dates that differ; one a date
	zone *time.Location
}

// Day holds the open spans of a weekday; a weekday that is not listed is closed.
type Day struct {
	Day  time.Weekday `json:"day"` // 0 is Sunday
	Open []Span       `json:"open"`
}

// Span is a stretch of the day in minutes since midnight. To may be 1440, or
// more when the shop closes after midnight: a taco stand that opens from 18:00
// to 02:00 is {1080, 1560}.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Special is a date whose hours differ from its weekday's.
type Special struct {
	Date    string `json:"date"` // 2026-12-25; "12-25" comes back every year
	Name    string `json:"name,omitempty"`
	Holiday bool   `json:"holiday,omitempty"`
	Open    []Span `json:"open,omitempty"` // none = closed
}

// State says whether the shop is open at a moment.
type State int

// The states. Holiday is closed because of a holiday.
const (
	Closed State = iota
	Open
	Holiday
)

// ErrCalendar is wrapped by the errors of Validate.
var ErrCalendar = errors.New("invalid calendar")

// Validate refuses spans and dates that mean nothing.
func (c Calendar) Validate() error {
	seen := map[time.Weekday]bool{}
	for i, d := range c.Week {
		if d.Day < 0 || d.Day > 6 || seen[d.Day] {
			return fmt.Errorf("%w: week.%d.day: 0 (Sunday) to 6, each once", ErrCalendar, i)
		}
		seen[d.Day] = true
		if err := validate(d.Open); err != nil {
			return fmt.Errorf("%w: week.%d: %w", ErrCalendar, i, err)
		}
	}
	for i, s := range c.Days {
		_, full := time.Parse(time.DateOnly, s.Date)
		_, yearly := time.Parse("01-02", s.Date)
		if full != nil && yearly != nil && s.Date != "02-29" {
			return fmt.Errorf("%w: days.%d.date: 2026-12-25 or 12-25", ErrCalendar, i)
		}
		if err := validate(s.Open); err != nil {
			return fmt.Errorf("%w: days.%d: %w", ErrCalendar, i, err)
		}
	}
	return nil
}

var errSpan = errors.New("open: from 0 to 1439, to after from and at most 24 h later, in order, without overlap")

func validate(spans []Span) error {
	end := -1
	for _, s := range spans {
		if s.From < 0 || s.From > 1439 || s.To <= s.From || s.To > s.From+1440 || s.From < end {
			return errSpan
		}
		end = s.To
	}
	return nil
}

// In returns the calendar in a time zone; nil is UTC.
func (c *Calendar) In(zone *time.Location) *Calendar {
	if c == nil {
		return nil
	}
	in := *c
	in.zone = zone
	return &in
}

// Open reports whether the shop is open at a moment. A nil calendar is always open.
func (c *Calendar) Open(at time.Time) bool { return c.State(at) == Open }

// State returns whether the shop is open at a moment.
func (c *Calendar) State(at time.Time) State {
	if c == nil || len(c.Week) == 0 && len(c.Days) == 0 {
		return Open
	}
	at = c.local(at)
	day := midnight(at)
	minute := at.Hour()*60 + at.Minute()
	for _, s := range c.spans(day) {
		if s.From <= minute && minute < s.To {
			return Open
		}
	}
	for _, s := range c.spans(day.AddDate(0, 0, -1)) { // still open since yesterday
		if minute+1440 < s.To {
			return Open
		}
	}
	if s, ok := c.special(day); ok && s.Holiday {
		return Holiday
	}
	return Closed
}

// NextOpen returns at itself while open, else the next moment the shop opens;
// ok is false when it does not open within a year.
func (c *Calendar) NextOpen(at time.Time) (t time.Time, ok bool) {
	if c.Open(at) {
		return at, true
	}
	local := c.local(at)
	for d := range 366 {
		day := midnight(local).AddDate(0, 0, d)
		for _, s := range c.spans(day) {
			t := time.Date(day.Year(), day.Month(), day.Day(), 0, s.From, 0, 0, day.Location())
			if t.After(local) {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

func (c *Calendar) local(at time.Time) time.Time {
	if c.zone == nil {
		return at.UTC()
	}
	return at.In(c.zone)
}

// spans returns when the shop is open on a day, counted from its midnight.
func (c *Calendar) spans(day time.Time) []Span {
	if s, ok := c.special(day); ok {
		return s.Open
	}
	if len(c.Week) == 0 {
		return []Span{{0, 1440}}
	}
	i := slices.IndexFunc(c.Week, func(d Day) bool { return d.Day == day.Weekday() })
	if i < 0 {
		return nil
	}
	return c.Week[i].Open
}

func (c *Calendar) special(day time.Time) (Special, bool) {
	full, yearly := day.Format(time.DateOnly), day.Format("01-02")
	for _, want := range [2]string{full, yearly} {
		for _, s := range c.Days {
			if s.Date == want {
				return s, true
			}
		}
	}
	return Special{}, false
}

// midnight returns the beginning of the day; where a change of clocks skips 00:00, the first moment after it.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
