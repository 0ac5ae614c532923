package understand

import (
	"fmt"
	"strings"
	"time"

	"recado/internal/understand/numeral"
)

// Time reads a time of day: "16:30", "4:30 pm", "a las 4", "cuatro y media",
// "cuarto para las 5", "mediodía", "16h30". Without a part of the day, the hours
// from 1 to 7 are after noon, as a shop's customers mean them. The result is 15:04.
func Time(raw string, _ Context) (clock string, ok bool) {
	toks := tokens(raw)
	m, ok := readTime(toks, make([]bool, len(toks)), false)
	if !ok {
		return "", false
	}
	return fmt.Sprintf("%02d:%02d", m/60, m%60), true
}

// Datetime reads a day and a time: "mañana a las 10", "viernes 4pm", "25/12
// 16:30". A time alone is today's, or tomorrow's when it is over. A time that a
// change of clocks skips is the one an hour later. The result is 2006-01-02T15:04.
func Datetime(raw string, c Context) (iso string, ok bool) {
	d := dateReader{c: c, toks: tokens(raw)}
	day, hasDay := d.read()
	if !hasDay {
		if d.taken = make([]bool, len(d.toks)); anyDate(d) {
			return "", false // two days, or too much around one
		}
		day = d.today()
	}
	minutes, ok := readTime(d.toks, d.taken, hasDay)
	if !ok {
		return "", false
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), minutes/60, minutes%60, 0, 0, c.Now.Location())
	if skipped := minutes - at.Hour()*60 - at.Minute(); skipped > 0 {
		at = at.Add(time.Duration(skipped) * time.Minute)
	}
	if !hasDay && at.Before(c.Now) {
		at = at.AddDate(0, 0, 1)
	}
	return at.Format("2006-01-02T15:04"), true
}

func anyDate(d dateReader) bool {
	for i := range d.toks {
		if _, used, _ := d.at(i); used > 0 {
			return true
		}
	}
	return false
}

// readTime finds the one time of day among the tokens not taken by a date, in minutes
// since midnight. With sure, a bare number needs a sign that it is an hour.
func readTime(toks []string, taken []bool, sure bool) (minutes int, ok bool) {
	found := -1
	rest := 0
	for i := 0; i < len(toks); {
		if i < len(taken) && taken[i] {
			i++
			continue
		}
		m, used := timeAt(toks, taken, i, sure)
		if used == 0 {
			rest++
			i++
			continue
		}
		if found >= 0 && found != m {
			return 0, false
		}
		found, i = m, i+used
	}
	return found, found >= 0 && rest <= maxWordsAround
}

// timeAt reads a time that begins at token i.
func timeAt(toks []string, taken []bool, i int, sure bool) (minutes, used int) {
	t := toks[i]
	switch {
	case noonWords[t]:
		return 12 * 60, 1
	case midnightWords[t]:
		return 0, 1
	}
	if m, used := toHour(toks, i); used > 0 {
		return m, used
	}
	hour, minute, used, exact := hourAt(toks, i)
	if used == 0 {
		return 0, 0
	}
	lead := i > 0 && (toks[i-1] == "las" || toks[i-1] == "la" || toks[i-1] == "as" || toks[i-1] == "at" || toks[i-1] == "tipo" || toks[i-1] == "a" || toks[i-1] == "@")
	if m, n := minutesAfter(toks, taken, i+used); n > 0 && !exact {
		minute, used, exact = m, used+n, true
	}
	after, n, named := dayPart(toks, taken, i+used)
	used += n
	switch {
	case hour > 24 || minute > 59 || hour == 24 && minute > 0:
		return 0, 0
	case named && after && hour < 12:
		hour += 12
	case named && !after && hour == 12:
		hour = 0
	case named || hour == 0 || hour > 12:
	case hour <= 7 && !strings.HasPrefix(t, "0"):
		hour += 12
	}
	if sure && !lead && !named && !exact {
		return 0, 0 // "viernes 10": a day or an hour?
	}
	return hour%24*60 + minute, used
}

// hourAt reads "16:30", "16.30", "16h30", "16h", "4", "cuatro"; exact reports
// that it can only be a time.
func hourAt(toks []string, i int) (hour, minute, used int, exact bool) {
	t := toks[i]
	if h, m, ok := strings.Cut(strings.ReplaceAll(t, ".", ":"), ":"); ok {
		hour, okH := atoi(h)
		minute, okM := atoi(m)
		if !okH || !okM || len(m) != 2 || len(h) > 2 {
			return 0, 0, 0, false
		}
		return hour, minute, 1, true
	}
	if n, ok := atoi(t); ok && len(t) <= 2 {
		if i+1 < len(toks) && (toks[i+1] == "h" || toks[i+1] == "hs" || toks[i+1] == "hrs" || toks[i+1] == "horas" || toks[i+1] == "hora") {
			if i+2 < len(toks) && toks[i+1] == "h" && len(toks[i+2]) == 2 {
				if m, ok := atoi(toks[i+2]); ok {
					return n, m, 3, true
				}
			}
			return n, 0, 2, true
		}
		return n, 0, 1, false
	}
	v, used := numeral.Cardinal(toks[i:min(len(toks), i+1)])
	if used == 0 || v > 24 || t == "un" || t == "um" {
		return 0, 0, 0, false
	}
	return int(v), 0, 1, false
}

// minutesAfter reads the minutes after an hour: "y media", "y cuarto", "y 20", "e
// meia"; "six thirty", "las seis treinta" and "6 30" have nothing between.
func minutesAfter(toks []string, taken []bool, i int) (minutes, used int) {
	if i >= len(toks) || i < len(taken) && taken[i] {
		return 0, 0
	}
	if n, used := count(toks[i:]); used > 0 {
		if n < 10 || n > 59 || i+used < len(toks) && toks[i+used] == "para" {
			return 0, 0
		}
		return n, used
	}
	if i+1 >= len(toks) || toks[i] != "y" && toks[i] != "e" && toks[i] != "con" {
		return 0, 0
	}
	switch toks[i+1] {
	case "media", "meia":
		return 30, 2
	case "cuarto", "quarto", "quinze", "quince":
		return 15, 2
	}
	n, used := count(toks[i+1:])
	if used == 0 || n > 59 {
		return 0, 0
	}
	return n, used + 1
}

// toHour reads a time relative to an hour: "cuarto para las 5", "10 para las 5",
// "quarter to five", "half past four", "5 menos cuarto".
func toHour(toks []string, i int) (minutes, used int) {
	var off int
	n := 1
	switch toks[i] {
	case "cuarto", "quarter", "quince", "quinze":
		off = 15
	case "half":
		off = 30
	default:
		off, n = count(toks[i:])
		if n == 0 {
			return 0, 0
		}
		if j := i + n; j+1 < len(toks) && toks[j] == "menos" { // 5 menos cuarto
			minus, m := 15, 1
			if toks[j+1] != "cuarto" && toks[j+1] != "quarto" {
				if minus, m = count(toks[j+1:]); m == 0 || minus > 59 {
					return 0, 0
				}
			}
			return (afternoon(off)*60 - minus + 1440) % 1440, n + 1 + m
		}
	}
	j := i + n
	if j+1 >= len(toks) || off > 59 {
		return 0, 0
	}
	sign := 0
	switch toks[j] {
	case "para", "pras", "to", "till":
		sign = -1
	case "past":
		sign = 1
	default:
		return 0, 0
	}
	j++
	for j < len(toks) && (toks[j] == "las" || toks[j] == "la" || toks[j] == "as") {
		j++
	}
	hour, m := count(toks[min(j, len(toks)):])
	if m == 0 || hour > 24 {
		return 0, 0
	}
	return (afternoon(hour)*60 + sign*off + 1440) % 1440, j + m - i
}

// afternoon moves a bare hour from 1 to 7 after noon, as a shop's customers mean it.
func afternoon(hour int) int {
	if hour >= 1 && hour <= 7 {
		return hour + 12
	}
	return hour
}

// dayPart reads "pm", "de la tarde", "in the morning", "da noite" after an hour.
func dayPart(toks []string, taken []bool, i int) (after bool, used int, ok bool) {
	for j := i; j < len(toks) && j < i+3; j++ {
		if j < len(taken) && taken[j] {
			return false, 0, false
		}
		if after, ok := dayParts[toks[j]]; ok {
			return after, j + 1 - i, true
		}
		switch toks[j] {
		case "de", "la", "del", "da", "in", "the", "at", "por", "en":
		default:
			return false, 0, false
		}
	}
	return false, 0, false
}
