package expr

import (
	"strconv"
	"strings"
	"time"
)

// moment reads a time.Time, "2026-11-23T10:00:00Z", "2026-11-23T10:00", or
// "2026-11-23" (midnight in the shop's zone).
func (r *run) moment(v any) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		return v.In(r.s.zone()), true
	case string:
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
			if t, err := time.ParseInLocation(layout, v, r.s.zone()); err == nil {
				return t.In(r.s.zone()), true
			}
		}
	}
	return time.Time{}, false
}

// momentArg reads the optional first argument of a time function: now when it is
// missing; ok is false, without an error, when it is nil.
func (r *run) momentArg(a []any) (t time.Time, ok bool) {
	if len(a) == 0 {
		return r.s.now(), true
	}
	if a[0] == nil {
		return time.Time{}, false
	}
	if t, ok = r.moment(a[0]); !ok {
		r.fail(BadValue, "")
	}
	return t, ok
}

// fnDate writes a day: "martes 3 de noviembre", with the year when it is not
// this one. date(x, "iso") is 2026-11-03, date(x, "short") 03/11/2026.
func fnDate(r *run, a []any) any {
	t, ok := r.momentArg(a)
	if !ok {
		return nil
	}
	style := "long"
	if len(a) == 2 {
		style, _ = a[1].(string)
	}
	switch style {
	case "iso":
		return t.Format(time.DateOnly)
	case "short":
		if wordsOf(r.s.Locale).twelveHours {
			return t.Format("1/2/2006")
		}
		return t.Format("02/01/2006")
	case "long":
		w := wordsOf(r.s.Locale)
		sep := " "
		if w.weekdayComma {
			sep = ", "
		}
		return w.weekdays[t.Weekday()] + sep + r.day(t)
	}
	return r.fail(BadValue, "date")
}

// day is the date without the weekday.
func (r *run) day(t time.Time) string {
	w := wordsOf(r.s.Locale)
	s := w.date(strconv.Itoa(t.Day()), w.months[t.Month()-1])
	if t.Year() != r.s.now().Year() {
		s += w.year + strconv.Itoa(t.Year())
	}
	return s
}

// fnTime writes the time of day: "16:30", "4:30 PM". A text like "16:30" is
// the time itself.
func fnTime(r *run, a []any) any {
	if len(a) == 1 {
		if s, ok := a[0].(string); ok && len(s) <= len("15:04:05") {
			for _, layout := range []string{"15:04", time.TimeOnly} {
				if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil {
					return r.clock(t)
				}
			}
		}
	}
	t, ok := r.momentArg(a)
	if !ok {
		return nil
	}
	return r.clock(t)
}

func (r *run) clock(t time.Time) string {
	if wordsOf(r.s.Locale).twelveHours {
		return t.Format("3:04 PM")
	}
	return t.Format("15:04")
}

// fnDayTime writes a moment as people say it: "hoy a las 18:00",
// "mañana a las 9:00", "el viernes a las 9:00", "el 3 de noviembre a las 9:00".
func fnDayTime(r *run, a []any) any {
	t, ok := r.momentArg(a)
	if !ok {
		return nil
	}
	return r.dayTime(t)
}

func (r *run) dayTime(t time.Time) string {
	w := wordsOf(r.s.Locale)
	var day string
	switch n := days(r.s.now(), t); {
	case n == 0:
		day = w.today
	case n == 1:
		day = w.tomorrow
	case n > 1 && n < 7:
		day = w.on(int(t.Weekday())) + w.weekdays[t.Weekday()]
	case langOf(r.s.Locale) == "es":
		day = "el " + r.day(t)
	case langOf(r.s.Locale) == "pt":
		day = "em " + r.day(t)
	default:
		day = "on " + r.day(t)
	}
	return day + w.at(t.Hour()) + r.clock(t)
}

// days counts midnights from a to b, both in the same zone.
func days(a, b time.Time) int {
	utc := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(utc(b).Sub(utc(a)) / (24 * time.Hour))
}

func fnDaysUntil(r *run, a []any) any {
	t, ok := r.momentArg(a)
	if !ok {
		return nil
	}
	return float64(days(r.s.now(), t))
}

func fnIsOpen(r *run, a []any) any {
	t, ok := r.momentArg(a)
	if !ok {
		return nil
	}
	return r.s.Hours == nil || r.s.Hours.Open(t)
}

func fnNextOpen(r *run, a []any) any {
	t, ok := r.momentArg(a)
	if !ok {
		return nil
	}
	if r.s.Hours == nil {
		return t
	}
	next, ok := r.s.Hours.NextOpen(t)
	if !ok {
		return nil
	}
	return next.In(r.s.zone())
}
