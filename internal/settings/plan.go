package settings

import (
	"errors"
	"fmt"
	"time"

	"recado/internal/flow/hours"
)

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
}

// calendar returns p as the engine evaluates it.
func (p Plan) calendar() (*hours.Calendar, error) {
	c := &hours.Calendar{}
	for _, d := range p.Week {
		day, ok := weekdays[d.Day]
		if !ok {
			return nil, errors.New("week: days are mon to sun")
		}
		open, err := spans(d.Open)
		if err != nil {
			return nil, fmt.Errorf("week: %s: %w", d.Day, err)
		}
		c.Week = append(c.Week, hours.Day{Day: day, Open: open})
	}
	for i, s := range p.Days {
		open, err := spans(s.Open)
		if err != nil {
			return nil, fmt.Errorf("days.%d: %w", i, err)
		}
		c.Days = append(c.Days, hours.Special{Date: s.Date, Name: s.Name, Holiday: s.Holiday, Open: open})
	}
	return c, c.Validate()
}

func spans(list []Span) ([]hours.Span, error) {
	var out []hours.Span
	for _, s := range list {
		from, err := minute(s.From)
		if err != nil {
			return nil, err
		}
		to, err := minute(s.To)
		if err != nil {
			return nil, err
		}
		if to <= from {
			to += 24 * 60
		}
		out = append(out, hours.Span{From: from, To: to})
	}
	return out, nil
}

var errTime = errors.New("times of day are like 09:30")

// minute reads a time of day as minutes since midnight.
func minute(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return 0, errTime
	}
	return t.Hour()*60 + t.Minute(), nil
}
