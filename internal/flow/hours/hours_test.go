package hours_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"recado/internal/flow/hours"
)

func calendar(t *testing.T) *hours.Calendar {
	t.Helper()
	zone, err := time.LoadLocation("America/Mexico_City")
	if err != nil {
		t.Fatal(err)
	}
	c := hours.Calendar{
		Week: []hours.Day{
			{Day: time.Monday, Open: []hours.Span{{From: 9 * 60, To: 14 * 60}, {From: 16 * 60, To: 19 * 60}}},
			{Day: time.Friday, Open: []hours.Span{{From: 18 * 60, To: 26 * 60}}}, // until 02:00 on Saturday
		},
		Days: []hours.Special{
			{Date: "12-25", Name: "Navidad", Holiday: true},
			{Date: "2026-11-30", Name: "inventor", Open: []hours.Span{{From: 12 * 60, To: 13 * 60}}},
		},
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	return c.In(zone)
}

func TestState(t *testing.T) {
	t.Parallel()
	c := calendar(t)
	for at, want := range map[string]hours.State{
		"2026-11-23T08:59:59-06:00": hours.Closed,
		"2026-11-23T09:00:00-06:00": hours.Open,
		"2026-11-23T13:59:59-06:00": hours.Open,
		"2026-11-23T14:00:00-06:00": hours.Closed,
		"2026-11-23T16:30:00-06:00": hours.Open,
		"2026-11-24T10:00:00-06:00": hours.Closed, // Tuesday
		"2026-11-27T23:59:00-06:00": hours.Open,   // Friday
		"2026-11-28T01:59:00-06:00": hours.Open,   // after midnight
		"2026-11-28T02:00:00-06:00": hours.Closed,
		"2026-11-30T09:30:00-06:00": hours.Closed, // a Monday that differs
		"2026-11-30T12:30:00-06:00": hours.Open,
		"2026-12-25T20:00:00-06:00": hours.Holiday, // a Friday
		"2027-12-25T20:00:00-06:00": hours.Holiday,
		"2026-11-23T15:00:00Z":      hours.Open, // another zone, the same moment
	} {
		if got := c.State(moment(t, at)); got != want {
			t.Errorf("%s: %d, want %d", at, got, want)
		}
	}
	var none *hours.Calendar
	if none.State(time.Now()) != hours.Open || (&hours.Calendar{}).State(time.Now()) != hours.Open {
		t.Error("no calendar must mean always open")
	}
}

func TestNextOpen(t *testing.T) {
	t.Parallel()
	c := calendar(t)
	for at, want := range map[string]string{
		"2026-11-23T10:00:00-06:00": "2026-11-23T10:00:00-06:00",
		"2026-11-23T14:30:00-06:00": "2026-11-23T16:00:00-06:00",
		"2026-11-23T20:00:00-06:00": "2026-11-27T18:00:00-06:00",
		"2026-11-28T05:00:00-06:00": "2026-11-30T12:00:00-06:00",
		"2026-12-22T10:00:00-06:00": "2026-12-28T09:00:00-06:00", // over Christmas
	} {
		if got, ok := c.NextOpen(moment(t, at)); !ok || !got.Equal(moment(t, want)) {
			t.Errorf("%s: %s %v, want %s", at, got, ok, want)
		}
	}
	never := &hours.Calendar{Week: []hours.Day{{Day: time.Monday}}}
	if got, ok := never.NextOpen(time.Now()); ok {
		t.Errorf("a shop that never opens opens at %s", got)
	}
}

// A day on which the clocks go forward has no 02:30; a shop that opens then opens all the same.
func TestClockChange(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := (&hours.Calendar{Week: []hours.Day{{Day: time.Sunday, Open: []hours.Span{{From: 150, To: 300}}}}}).In(zone)
	got, ok := c.NextOpen(moment(t, "2026-03-08T01:00:00-05:00"))
	if !ok || !c.Open(got) && !c.Open(got.Add(time.Hour)) {
		t.Fatalf("opens at %s %v", got, ok)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]hours.Calendar{
		"weekday":   {Week: []hours.Day{{Day: 7}}},
		"twice":     {Week: []hours.Day{{Day: 1}, {Day: 1}}},
		"backwards": {Week: []hours.Day{{Day: 1, Open: []hours.Span{{From: 600, To: 500}}}}},
		"overlap":   {Week: []hours.Day{{Day: 1, Open: []hours.Span{{From: 600, To: 700}, {From: 650, To: 800}}}}},
		"two days":  {Week: []hours.Day{{Day: 1, Open: []hours.Span{{From: 600, To: 2100}}}}},
		"date":      {Days: []hours.Special{{Date: "25/12"}}},
	} {
		if c.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	c := *calendar(t)
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back hours.Calendar
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*back.In(nil), *c.In(nil)) {
		t.Errorf("%+v became %+v", c, back)
	}
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
