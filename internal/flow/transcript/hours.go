package transcript

import (
	"fmt"
	"strings"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/flow/hours"
)

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
}

// calendars reads the shop's own hours (nil when there are none) and the named ones.
func calendars(h Head) (own *hours.Calendar, named map[string]*hours.Calendar, err error) {
	if len(h.Hours) > 0 || len(h.Holidays) > 0 {
		if own, err = calendar(h.Hours, h.Holidays, h.Zone); err != nil {
			return nil, nil, err
		}
	}
	for name, lines := range h.Calendars {
		if named == nil {
			named = make(map[string]*hours.Calendar, len(h.Calendars))
		}
		if named[name], err = calendar(lines, h.Holidays, h.Zone); err != nil {
			return nil, nil, err
		}
	}
	return own, named, nil
}

// calendar reads "mon-fri 09:00-14:00,16:00-19:00" lines and holidays.
func calendar(lines, holidays []string, zone *time.Location) (*hours.Calendar, error) {
	c := &hours.Calendar{}
	for _, line := range lines {
		days, times, ok := strings.Cut(line, " ")
		from, to, isRange := strings.Cut(days, "-")
		if !isRange {
			to = from
		}
		a, okA := weekdays[from]
		b, okB := weekdays[to]
		if !ok || !okA || !okB {
			return nil, fmt.Errorf("hours: %q is not like mon-fri 09:00-18:00", line)
		}
		var spans []hours.Span
		for t := range strings.SplitSeq(times, ",") {
			s, err := span(t)
			if err != nil {
				return nil, err
			}
			spans = append(spans, s)
		}
		for d := a; ; d = (d + 1) % 7 {
			c.Week = append(c.Week, hours.Day{Day: d, Open: spans})
			if d == b {
				break
			}
		}
	}
	for _, d := range holidays {
		c.Days = append(c.Days, hours.Special{Date: d, Holiday: true})
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	return c.In(zone), nil
}

func span(s string) (hours.Span, error) {
	from, to, ok := strings.Cut(s, "-")
	a, errA := clock(from)
	b, errB := clock(to)
	if !ok || errA != nil || errB != nil {
		return hours.Span{}, fmt.Errorf("%q is not like 09:00-18:00", s)
	}
	if b <= a {
		b += 24 * 60
	}
	return hours.Span{From: a, To: b}, nil
}

// clock reads 18:30 as minutes since midnight.
func clock(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}

func quiet(s string) (engine.QuietHours, error) {
	if s == "" {
		return engine.QuietHours{}, nil
	}
	from, to, _ := strings.Cut(s, "-")
	a, errA := clock(from)
	b, errB := clock(to)
	if errA != nil || errB != nil {
		return engine.QuietHours{}, fmt.Errorf("quiet: %q is not like 22:00-08:00", s)
	}
	return engine.QuietHours{From: a, To: b}, nil
}
