package flow

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Cron is a schedule of five fields: minute, hour, day of the month, month,
// day of the week (0 and 7 are Sunday). Each is "*", a number, a range "1-5",
// a list of these with commas, or one with a step "*/15". When both days are
// restricted, either suffices, as cron has always had it.
type Cron struct {
	src                            string
	minute, hour, day, month, week uint64 // bit sets
	anyDay, anyWeek                bool
}

// ErrCron is the error of a text that is not a schedule.
var ErrCron = errors.New("not a schedule of five fields")

// ParseCron reads a schedule; the error is ErrCron.
func ParseCron(src string) (*Cron, error) {
	f := strings.Fields(src)
	if len(f) != 5 {
		return nil, ErrCron
	}
	c := &Cron{src: src, anyDay: f[2] == "*", anyWeek: f[4] == "*"}
	for i, part := range []struct {
		set    *uint64
		lo, hi int
	}{{&c.minute, 0, 59}, {&c.hour, 0, 23}, {&c.day, 1, 31}, {&c.month, 1, 12}, {&c.week, 0, 7}} {
		var ok bool
		if *part.set, ok = cronField(f[i], part.lo, part.hi); !ok {
			return nil, ErrCron
		}
	}
	if c.week&(1<<7) != 0 {
		c.week |= 1
	}
	return c, nil
}

func (c *Cron) String() string { return c.src }

func cronField(s string, lo, hi int) (set uint64, ok bool) {
	for part := range strings.SplitSeq(s, ",") {
		span, step, stepped := strings.Cut(part, "/")
		from, to, by := lo, hi, 1
		if stepped {
			if by, ok = cronNumber(step, 1, hi); !ok {
				return 0, false
			}
		}
		if span != "*" {
			a, b, ranged := strings.Cut(span, "-")
			if from, ok = cronNumber(a, lo, hi); !ok {
				return 0, false
			}
			if to = from; ranged {
				if to, ok = cronNumber(b, from, hi); !ok {
					return 0, false
				}
			} else if stepped {
				to = hi
			}
		}
		for n := from; n <= to; n += by {
			set |= 1 << n
		}
	}
	return set, true
}

func cronNumber(s string, lo, hi int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && len(s) <= 2 && s[0] != '+' && lo <= n && n <= hi
}

// Next returns the first moment after t, in t's zone, on a full minute; ok is
// false when there is none within five years (the 30th of February). An hour
// that a clock change skips is passed over, one that it repeats counts once.
func (c *Cron) Next(t time.Time) (next time.Time, ok bool) {
	zone := t.Location()
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
	for range 5*366 + 1 {
		if c.onDay(day) {
			if next, ok := c.within(day, t); ok {
				return next, true
			}
		}
		day = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone)
	}
	return time.Time{}, false
}

func (c *Cron) onDay(d time.Time) bool {
	if c.month&(1<<d.Month()) == 0 {
		return false
	}
	inDay := c.day&(1<<d.Day()) != 0
	inWeek := c.week&(1<<d.Weekday()) != 0
	if !c.anyDay && !c.anyWeek {
		return inDay || inWeek
	}
	return inDay && inWeek
}

func (c *Cron) within(d, after time.Time) (time.Time, bool) {
	for h := range 24 {
		if c.hour&(1<<h) == 0 {
			continue
		}
		for m := range 60 {
			if c.minute&(1<<m) == 0 {
				continue
			}
			at := time.Date(d.Year(), d.Month(), d.Day(), h, m, 0, 0, d.Location())
			if at.Hour() == h && at.Minute() == m && at.After(after) {
				return at, true
			}
		}
	}
	return time.Time{}, false
}
