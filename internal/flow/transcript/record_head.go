package transcript

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/internal/flow/engine"
	"recado/internal/flow/hours"
	"recado/internal/message"
)

// Head records the set-up. files are the flows, called ones first. Special days
// with hours of their own are left out: a transcript has no notation for them.
func (s *Recorder) Head(files []string, e engine.Env) {
	head := ""
	for i, f := range files {
		if i > 0 {
			s.lines = append(s.lines, head)
		}
		head = "flow " + quote(f)
	}
	zone := e.Shop.Zone
	if zone == nil {
		zone = time.UTC
	}
	head += "   tz " + zone.String() + "   at " + e.Now.In(zone).Format(time.DateTime)
	if e.Caps.Channel == message.WhatsAppCloud {
		head += "   channel cloud"
	}
	for _, field := range [][2]string{{"shop", e.Shop.Name}, {"country", e.Shop.Country}, {"currency", e.Shop.Currency}, {"lang", e.Contact.Language}} {
		if field[1] != "" {
			head += "   " + field[0] + " " + quote(field[1])
		}
	}
	if q := e.Shop.QuietHours; q.From != q.To {
		head += "   quiet " + timeOfDay(q.From) + "-" + timeOfDay(q.To)
	}
	s.lines = append(s.lines, head)
	if e.Contact.Name != "" || len(e.Contact.Tags) > 0 {
		line := "contact " + strconv.Quote(e.Contact.Name)
		if len(e.Contact.Tags) > 0 {
			line += " tags=" + quote(strings.Join(e.Contact.Tags, ","))
		}
		s.lines = append(s.lines, line)
	}
	if e.Shop.Hours != nil {
		s.hours("hours", *e.Shop.Hours)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Shop.Calendars)) {
		s.hours("calendar "+name, *e.Shop.Calendars[name])
	}
	s.lines = append(s.lines, "")
}

func (s *Recorder) hours(key string, c hours.Calendar) {
	names := make(map[time.Weekday]string, len(weekdays))
	for name, day := range weekdays {
		names[day] = name
	}
	for _, d := range c.Week {
		var spans []string
		for _, open := range d.Open {
			spans = append(spans, timeOfDay(open.From)+"-"+timeOfDay(open.To))
		}
		if len(spans) > 0 {
			s.lines = append(s.lines, key+" "+names[d.Day]+" "+strings.Join(spans, ","))
		}
	}
	for _, d := range c.Days {
		if line := "holiday " + d.Date; d.Holiday && len(d.Open) == 0 && !slices.Contains(s.lines, line) {
			s.lines = append(s.lines, line)
		}
	}
}

func timeOfDay(minutes int) string {
	if minutes > 24*60 {
		minutes -= 24 * 60
	}
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// quote puts quotation marks around a word that needs them.
func quote(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\"\\") {
		return strconv.Quote(s)
	}
	return s
}
