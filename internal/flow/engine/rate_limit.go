package engine

import "time"

// Limits on what is sent in a conversation. Messages that the customer did not ask
// for (reminders, events) have low ones. Every message of the customer is owed an
// answer, however many come: the limit of answers only stops machines that nothing
// else gave away, and the channel's own pacing acts long before it.
const (
	unaskedPerFive = 30  // messages in 5 minutes
	answersPerFive = 600 // the same, in answer to the customer
	unaskedSame    = 5   // the same text in 10 minutes
	answersSame    = 600
	maxRepeated    = 6 // different texts remembered
	repeatWindow   = 10 * time.Minute
)

// allow counts a text that is about to be sent; answering says that the customer
// wrote. It returns the limit that forbids the text, "" for none.
func (t *Traffic) allow(text string, now Instant, answering bool) (limit string) {
	t.advance(int64(now) / 60_000)
	total := 0
	for _, n := range t.Sends {
		total += n
	}
	most, same := unaskedPerFive, unaskedSame
	if answering {
		most, same = answersPerFive, answersSame
	}
	if total >= most {
		return "sends_per_5m"
	}
	c := RepeatCounter{Hash: hash(text), N: 1, Since: now}
	at := len(t.Repeated) - 1 // the place to fill: the text's own, else the oldest
	for i, s := range t.Repeated {
		if s.Since != 0 && s.Hash == c.Hash {
			if at = i; now.Sub(s.Since) <= repeatWindow {
				c.N, c.Since = s.N+1, s.Since
			}
			break
		}
	}
	if int(c.N) > same {
		return "identical_text"
	}
	copy(t.Repeated[1:at+1], t.Repeated[:at])
	t.Repeated[0] = c
	t.Sends[0]++
	t.LastSend = now
	return ""
}

// advance moves the counters per minute to a Unix minute.
func (t *Traffic) advance(minute int64) {
	switch gap := minute - t.Minute; {
	case gap >= 5 || gap < 0:
		t.Sends = [5]int{}
	case gap > 0:
		copy(t.Sends[gap:], t.Sends[:5-gap])
		clear(t.Sends[:gap])
	}
	t.Minute = minute
}

// forgetRepeats lets the bot say the same texts again, because the customer said
// something new.
func (t *Traffic) forgetRepeats() {
	for i := range t.Repeated {
		t.Repeated[i].N = 0
	}
}
