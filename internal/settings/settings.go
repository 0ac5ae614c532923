// Package settings keeps a shop's settings, which flows read: time zone, currency,
// opening hours, quiet hours and queues, and the secrets that its web calls send.
//
// Settings are one document a shop, replaced whole. Secrets are stored one by one
// and returned to the caller of web services alone. Reads are cached for a short
// time, because every step of every conversation needs them; a write on this node
// is visible at once.
package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"
	_ "time/tzdata" // shops' zones do not depend on the machine

	"recado/internal/flow/engine"
	"recado/internal/flow/hours"
)

// Settings of a shop. The zero value is a shop that was never set up: UTC, always open.
type Settings struct {
	TimeZone   string          `json:"timeZone,omitempty" maxLength:"64" doc:"IANA name; left out, UTC." example:"America/Mexico_City"`
	Country    string          `json:"country,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2; left out, from the flow's locale." example:"MX"`
	Currency   string          `json:"currency,omitempty" maxLength:"3" doc:"ISO 4217; left out, the country's." example:"MXN"`
	Hours      *Plan           `json:"hours,omitempty" doc:"Opening hours; left out, always open."`
	Calendars  map[string]Plan `json:"calendars,omitempty" doc:"Further plans by name, for hours nodes: kitchen, delivery."`
	Quiet      *Span           `json:"quiet,omitempty" doc:"Hours in which nobody is reminded of anything; may cross midnight."`
	Queues     []Queue         `json:"queues,omitempty" maxItems:"50" nullable:"false" doc:"Whom conversations are handed to. None: any name goes."`
	Webhook    *Webhook        `json:"webhook,omitempty" doc:"Where notify nodes post to."`
	HumanQuiet int             `json:"humanQuietMinutes,omitempty" minimum:"0" maximum:"10080" doc:"How long the flow stays silent after a person of the shop wrote; 0 is 4 hours."`
}

// Plan is when a shop is open.
type Plan struct {
	Week []Day     `json:"week,omitempty" maxItems:"7" nullable:"false" doc:"Weekdays that are not listed are closed; none listed, open all day, every day."`
	Days []Special `json:"days,omitempty" maxItems:"400" nullable:"false" doc:"Dates that differ from their weekday."`
}

// Day is a weekday.
type Day struct {
	Day  string `json:"day" enum:"mon,tue,wed,thu,fri,sat,sun"`
	Open []Span `json:"open" maxItems:"10" nullable:"false"`
}

// Span is a stretch of a day; one whose To is not after From ends the next day.
type Span struct {
	From string `json:"from" maxLength:"5" example:"09:00"`
	To   string `json:"to" maxLength:"5" example:"18:30" doc:"24:00 is midnight."`
}

// Special is a date that differs.
type Special struct {
	Date    string `json:"date" maxLength:"10" doc:"2026-12-25, or 12-25 for every year."`
	Name    string `json:"name,omitempty" maxLength:"80"`
	Holiday bool   `json:"holiday,omitempty" doc:"Flows can tell holidays from being closed."`
	Open    []Span `json:"open,omitempty" maxItems:"10" nullable:"false" doc:"None: closed."`
}

// Queue is a group of people that conversations are handed to.
type Queue struct {
	ID   string `json:"id" maxLength:"40" doc:"As flows call it." example:"cocina"`
	Name string `json:"name" maxLength:"80"`
}

// Webhook is a web service of the shop.
type Webhook struct {
	URL    string `json:"url" maxLength:"2048" example:"https://crm.example/recado"`
	Secret string `json:"secret,omitempty" maxLength:"40" doc:"Name of the secret that it is sent."`
}

func (w Webhook) valid() bool {
	u, err := url.Parse(w.URL)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		(w.Secret == "" || slug.MatchString(w.Secret))
}

// Problem is one invalid setting.
type Problem struct {
	Path    string // hours.week.0.open
	Message string
}

var (
	slug     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	country  = regexp.MustCompile(`^[A-Z]{2}$`)
	currency = regexp.MustCompile(`^[A-Z]{3}$`)
)

// maxCalendars bounds a shop's further plans.
const maxCalendars = 20

// Validate returns all that is wrong; nothing when s can be used.
func (s Settings) Validate() []Problem {
	var list []Problem
	bad := func(path, format string, args ...any) {
		list = append(list, Problem{path, fmt.Sprintf(format, args...)})
	}
	if _, err := s.zone(); err != nil {
		bad("timeZone", "an IANA time zone, like America/Bogota")
	}
	if s.Country != "" && !country.MatchString(s.Country) {
		bad("country", "two capital letters, like MX")
	}
	if s.Currency != "" && !currency.MatchString(s.Currency) {
		bad("currency", "three capital letters, like MXN")
	}
	if s.Hours != nil {
		if _, err := s.Hours.calendar(); err != nil {
			bad("hours", "%v", err)
		}
	}
	if len(s.Calendars) > maxCalendars {
		bad("calendars", "at most %d", maxCalendars)
	}
	for name, p := range s.Calendars {
		if !slug.MatchString(name) {
			bad("calendars", "names are small letters, digits and underscores")
		}
		if _, err := p.calendar(); err != nil {
			bad("calendars", "%v", err)
		}
	}
	if s.Quiet != nil {
		if _, err := s.quiet(); err != nil {
			bad("quiet", "%v", err)
		}
	}
	seen := map[string]bool{}
	for i, q := range s.Queues {
		if !slug.MatchString(q.ID) || seen[q.ID] {
			bad(fmt.Sprintf("queues.%d.id", i), "small letters, digits and underscores, each once")
		}
		if seen[q.ID] = true; q.Name == "" {
			bad(fmt.Sprintf("queues.%d.name", i), "must not be empty")
		}
	}
	if s.Webhook != nil && !s.Webhook.valid() {
		bad("webhook", "an address like https://crm.example/recado, and a secret's name")
	}
	if s.HumanQuiet < 0 || s.HumanQuiet > 7*24*60 {
		bad("humanQuietMinutes", "0 to 10080")
	}
	return list
}

func (s Settings) zone() (*time.Location, error) {
	if s.TimeZone == "" {
		return time.UTC, nil
	}
	if s.TimeZone == "Local" {
		return nil, errLocal
	}
	return time.LoadLocation(s.TimeZone)
}

func (s Settings) quiet() (engine.QuietHours, error) {
	if s.Quiet == nil {
		return engine.QuietHours{}, nil
	}
	from, err := minute(s.Quiet.From)
	if err != nil {
		return engine.QuietHours{}, err
	}
	to, err := minute(s.Quiet.To)
	return engine.QuietHours{From: from, To: to % (24 * 60)}, err
}

// Apply sets the settings in a flow's view of the shop; invalid ones are left out.
func (s Settings) Apply(to *engine.Shop) {
	zone, err := s.zone()
	if err != nil {
		zone = time.UTC
	}
	to.Zone, to.Country, to.Currency = zone, s.Country, s.Currency
	to.HumanQuiet = time.Duration(s.HumanQuiet) * time.Minute
	if q, err := s.quiet(); err == nil {
		to.QuietHours = q
	}
	if s.Hours != nil {
		if c, err := s.Hours.calendar(); err == nil {
			to.Hours = c.In(zone)
		}
	}
	for name, p := range s.Calendars {
		c, err := p.calendar()
		if err != nil {
			continue
		}
		if to.Calendars == nil {
			to.Calendars = make(map[string]*hours.Calendar, len(s.Calendars))
		}
		to.Calendars[name] = c.In(zone)
	}
}

// errLocal refuses "Local", whose meaning depends on the machine.
var errLocal = errors.New("the machine's zone is not a shop's")

// HasQueue reports whether flows may hand over to the queue.
func (s Settings) HasQueue(id string) bool {
	for _, q := range s.Queues {
		if q.ID == id {
			return true
		}
	}
	return len(s.Queues) == 0
}

func decode(data []byte) (s Settings, err error) {
	if len(data) == 0 {
		return Settings{}, nil
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return Settings{}, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}
