package understand

import (
	"slices"
	"strings"
	"time"
)

// Date reads a day as people name it: "hoy", "pasado mañana", "el viernes", "el
// lunes que viene", "25/12", "3 de enero", "Dec 25", "en 3 días". A day without
// a year is the next one to come (the last one with past); a weekday's bare name
// on that weekday is a week ahead, because today has a name of its own. The
// result is 2006-01-02.
func Date(raw string, c Context, past bool) (iso string, ok bool) {
	d := dateReader{c: c, past: past, toks: tokens(raw)}
	day, ok := d.read()
	if !ok {
		return "", false
	}
	return day.Format(time.DateOnly), true
}

// dateReader finds one date in tokens. taken marks the tokens that belong to it.
type dateReader struct {
	c     Context
	past  bool
	toks  []string
	taken []bool
}

func (d *dateReader) today() time.Time {
	n := d.c.Now
	return time.Date(n.Year(), n.Month(), n.Day(), 0, 0, 0, 0, n.Location())
}

// read returns the one day that the tokens name; two different ones are refused.
func (d *dateReader) read() (time.Time, bool) {
	d.taken = make([]bool, len(d.toks))
	var found time.Time
	weekday := false
	for i := 0; i < len(d.toks); {
		day, used, isWeekday := d.at(i)
		if used == 0 {
			i++
			continue
		}
		for k := range used {
			d.taken[i+k] = true
		}
		switch {
		case found.IsZero() || weekday && !isWeekday: // "viernes 27": the number says which
			found, weekday = day, isWeekday
		case isWeekday: // "el 27, viernes" or "hoy viernes"
		case !found.Equal(day):
			return time.Time{}, false
		}
		i += used
	}
	return found, !found.IsZero() && d.words() <= maxWordsAround
}

// words counts the tokens around the date.
func (d *dateReader) words() int {
	n := 0
	for _, t := range d.taken {
		if !t {
			n++
		}
	}
	return n
}

// at reads a date that begins at token i.
func (d *dateReader) at(i int) (day time.Time, used int, weekday bool) {
	t, rest := d.toks[i], d.toks[i+1:]
	today := d.today()
	next := func(k int) string {
		if k < len(rest) {
			return rest[k]
		}
		return ""
	}
	switch {
	case t == "pasado" && next(0) == "manana":
		return today.AddDate(0, 0, 2), 2, false
	case t == "pasado" && !d.past && (i == 0 || d.toks[i-1] == "para") && (next(0) == "" || next(0) == "a"): // "pasado a las 5"
		return today.AddDate(0, 0, 2), 1, false
	case t == "depois" && next(0) == "de" && next(1) == "amanha":
		return today.AddDate(0, 0, 2), 3, false
	case t == "day" && next(0) == "after" && next(1) == "tomorrow":
		return today.AddDate(0, 0, 2), 3, false
	case (t == "ano" || t == "new") && (next(0) == "nuevo" || next(0) == "novo" || next(0) == "year"):
		return d.yearly(monthDay{1, 1}), 2, false
	case t == "manana" && i > 0 && (d.toks[i-1] == "la" || d.toks[i-1] == "por" || d.toks[i-1] == "de"):
		return time.Time{}, 0, false // "en la mañana": a part of the day
	}
	if n, ok := relative[t]; ok {
		more, used := weekOn(rest)
		return today.AddDate(0, 0, n+more), 1 + used, false
	}
	if f, ok := feasts[t]; ok {
		return d.yearly(f), 1, false
	}
	if w, ok := weekdayWords[t]; ok {
		more, n := weekOn(rest)
		return d.weekday(i, w).AddDate(0, 0, more), 1 + n, true
	}
	if day, used := d.inDays(i); used > 0 {
		return day, used, false
	}
	if strings.ContainsAny(t, "/.-") {
		if day, ok := d.written(t); ok {
			return day, 1, false
		}
		return time.Time{}, 0, false
	}
	if day, used := d.named(i); used > 0 {
		return day, used, false
	}
	if day, used := d.dayOnly(i); used > 0 {
		return day, used, false
	}
	return time.Time{}, 0, false
}

// weekOn reads "en ocho" and "en quince": a week or two after the day just named.
func weekOn(rest []string) (days, used int) {
	if len(rest) < 2 || rest[0] != "en" || len(rest) > 2 && units[rest[2]] > 0 {
		return 0, 0
	}
	switch rest[1] {
	case "ocho", "8":
		return 7, 2
	case "quince", "15":
		return 14, 2
	}
	return 0, 0
}

// weekday reads "viernes", "este viernes", "viernes que viene", "lunes de la próxima semana".
func (d *dateReader) weekday(i int, w time.Weekday) time.Time {
	today := d.today()
	ahead := (int(w) - int(today.Weekday()) + 7) % 7
	around := d.toks[max(0, i-2):min(len(d.toks), i+7)]
	this, week := false, false
	for k, t := range around {
		this = this || thisWords[t]
		week = week || weekWords[t] && slices.ContainsFunc(around[max(0, k-1):min(len(around), k+3)], func(s string) bool { return comingWords[s] })
	}
	switch {
	case week: // of next week, which begins on Monday
		monday := today.AddDate(0, 0, 7-(int(today.Weekday())+6)%7)
		return monday.AddDate(0, 0, (int(w)+6)%7)
	case d.past:
		return today.AddDate(0, 0, -((7 - ahead) % 7))
	case i+1 < len(d.toks) && goneWords[d.toks[i+1]], i > 0 && goneWords[d.toks[i-1]]: // "el viernes pasado"
		return today.AddDate(0, 0, ahead-7)
	case ahead == 0 && !this:
		ahead = 7
	}
	return today.AddDate(0, 0, ahead)
}

// inDays reads "en 3 días", "dentro de 2 semanas", "in a week".
func (d *dateReader) inDays(i int) (time.Time, int) {
	lead := map[string]bool{"en": true, "in": true, "dentro": true, "em": true, "daqui": true, "within": true}
	if !lead[d.toks[i]] {
		return time.Time{}, 0
	}
	j := i + 1
	for j < len(d.toks) && (d.toks[j] == "de" || d.toks[j] == "a") && j+1 < len(d.toks) {
		if _, used := count(d.toks[j:]); used > 0 {
			break
		}
		if units[d.toks[j+1]] > 0 { // "in a week"
			break
		}
		j++
	}
	n, used := count(d.toks[min(j, len(d.toks)):])
	if used == 0 && j < len(d.toks) && d.toks[j] == "a" {
		n, used = 1, 1
	}
	if used == 0 || j+used >= len(d.toks) || n > 730 {
		return time.Time{}, 0
	}
	unit := d.toks[j+used]
	switch {
	case units[unit] > 0:
		return d.today().AddDate(0, 0, n*units[unit]), j + used + 1 - i
	case monthUnits[unit]:
		return d.today().AddDate(0, n, 0), j + used + 1 - i
	}
	return time.Time{}, 0
}

// monthFirst reports whether 3/4 is March 4.
func (c Context) monthFirst() bool {
	return c.Language == "en" && (c.Region() == "US" || c.Region() == "") && !strings.HasPrefix(c.Locale, "es")
}

// written reads 25/12, 25-12-2026, 25.12.26, 2026-12-25.
func (d *dateReader) written(t string) (time.Time, bool) {
	parts := strings.FieldsFunc(t, func(r rune) bool { return r == '/' || r == '.' || r == '-' })
	n := make([]int, len(parts))
	for i, p := range parts {
		v, ok := atoi(p)
		if !ok {
			return time.Time{}, false
		}
		n[i] = v
	}
	switch {
	case len(n) == 3 && len(parts[0]) == 4:
		return d.exact(n[0], n[1], n[2])
	case len(n) == 3 && len(parts[2]) != 1 && len(parts[2]) != 3:
		day, month := d.order(n[0], n[1])
		return d.exact(century(n[2], len(parts[2])), month, day)
	case len(n) == 2 && !strings.Contains(t, ".") || len(n) == 2 && n[1] <= 12 && len(parts[1]) == 2 && len(parts[0]) == 2:
		day, month := d.order(n[0], n[1])
		return d.nearest(month, day)
	}
	return time.Time{}, false
}

func (d *dateReader) order(a, b int) (day, month int) {
	if (d.c.monthFirst() || b > 12) && a <= 12 {
		return b, a
	}
	return a, b
}

func century(y, digits int) int {
	if digits == 4 {
		return y
	}
	if y >= 70 {
		return 1900 + y
	}
	return 2000 + y
}

// exact refuses days that do not exist: 31/02.
func (d *dateReader) exact(year, month, day int) (time.Time, bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, d.c.Now.Location())
	return t, month >= 1 && month <= 12 && t.Day() == day && t.Month() == time.Month(month) && year >= 1900 && year < 2200
}

// nearest is the next day of that name, today included; the last one with past.
func (d *dateReader) nearest(month, day int) (time.Time, bool) {
	today := d.today()
	for k := range 9 { // 29 February may be eight years away
		year := today.Year() + k
		if d.past {
			year = today.Year() - k
		}
		t, ok := d.exact(year, month, day)
		if ok && (d.past && !t.After(today) || !d.past && !t.Before(today)) {
			return t, true
		}
	}
	return time.Time{}, false
}

func (d *dateReader) yearly(m monthDay) time.Time {
	t, _ := d.nearest(int(m.month), m.day)
	return t
}

// named reads "25 de diciembre de 2026", "diciembre 25", "Dec 25th, 2026", "primero de enero".
func (d *dateReader) named(i int) (time.Time, int) {
	j, day := i, 0
	if month, ok := monthWords[d.toks[i]]; ok {
		day, used := ordinalDay(d.toks[i+1:])
		if used == 0 {
			return time.Time{}, 0
		}
		return d.withYear(int(month), day, i, i+1+used)
	}
	day, used := ordinalDay(d.toks[i:])
	if used == 0 {
		return time.Time{}, 0
	}
	j += used
	for j < len(d.toks) && (d.toks[j] == "de" || d.toks[j] == "of" || d.toks[j] == "del" || d.toks[j] == "do") {
		j++
	}
	if j >= len(d.toks) {
		return time.Time{}, 0
	}
	month, ok := monthWords[d.toks[j]]
	if !ok {
		return time.Time{}, 0
	}
	return d.withYear(int(month), day, i, j+1)
}

// withYear reads the year that may follow at token j.
func (d *dateReader) withYear(month, day, from, j int) (time.Time, int) {
	k := j
	for k < len(d.toks) && (d.toks[k] == "de" || d.toks[k] == "del" || d.toks[k] == "do") {
		k++
	}
	if k < len(d.toks) {
		if y, ok := atoi(d.toks[k]); ok && len(d.toks[k]) == 4 {
			t, ok := d.exact(y, month, day)
			if !ok {
				return time.Time{}, 0
			}
			return t, k + 1 - from
		}
	}
	t, ok := d.nearest(month, day)
	if !ok {
		return time.Time{}, 0
	}
	return t, j - from
}

// ordinalDay reads a day of the month: "25", "1ro", "primero", "veinticinco", "25 th".
func ordinalDay(toks []string) (day, used int) {
	if len(toks) == 0 {
		return 0, 0
	}
	switch toks[0] {
	case "primero", "primeiro", "first":
		return 1, 1
	}
	n, used := count(toks)
	if used == 0 || n < 1 || n > 31 {
		return 0, 0
	}
	if used < len(toks) {
		switch toks[used] {
		case "th", "st", "nd", "rd", "ro", "o", "er":
			used++
		}
	}
	return n, used
}

// dayOnly reads "el 25", "día 25", "the 25th": the next such day of a month.
func (d *dateReader) dayOnly(i int) (time.Time, int) {
	lead := map[string]bool{"el": true, "dia": true, "the": true, "o": true}
	if !lead[d.toks[i]] || i+1 >= len(d.toks) || lead[d.toks[i+1]] {
		return time.Time{}, 0
	}
	day, used := ordinalDay(d.toks[i+1:])
	if used == 0 || i+1+used < len(d.toks) && (d.toks[i+1+used] == "de" || d.toks[i+1+used] == "of" || isMonth(d.toks[i+1+used])) {
		return time.Time{}, 0
	}
	today := d.today()
	for k := range 13 {
		if d.past {
			k = -k
		}
		first := time.Date(today.Year(), today.Month()+time.Month(k), 1, 0, 0, 0, 0, today.Location())
		t, ok := d.exact(first.Year(), int(first.Month()), day)
		if ok && (d.past && !t.After(today) || !d.past && !t.Before(today)) {
			return t, 1 + used
		}
	}
	return time.Time{}, 0
}

func isMonth(t string) bool { return monthWords[t] > 0 }
