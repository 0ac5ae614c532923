package signalstore

import (
	"fmt"
	"strings"
)

// reach notices a direct message that reached nobody. When whatsmeow cannot encrypt for a device (it has no session, and
// the server had no prekeys at the moment) it leaves the device out, and if it was the only one, sends a message without
// recipients; the server acknowledges that, and the customer never sees it.
type reach struct {
	asked   []string // the addresses that the send wanted sessions with
	reached map[string]bool
}

func (r *reach) ask(addresses []string) { r.asked = append(r.asked, addresses...) }

func (r *reach) stored(sessions map[string][]byte) {
	if r.reached == nil {
		r.reached = make(map[string]bool)
	}
	for address := range sessions {
		r.reached[userOf(address)] = true
	}
}

// check fails for a send to one user other than own whose devices were all left out. In a group some are always missing.
func (r *reach) check(own ...string) error {
	wanted := make(map[string]bool)
	for _, address := range r.asked {
		wanted[userOf(address)] = true
	}
	for _, user := range own {
		delete(wanted, user)
	}
	for user := range wanted {
		if len(wanted) == 1 && !r.reached[user] {
			return fmt.Errorf("%w: %d devices", ErrNotEncrypted, len(r.asked))
		}
	}
	return nil
}

func userOf(address string) string {
	user, _, _ := strings.Cut(address, ":")
	return user
}

// note changes what is known about whom the unit reaches.
func (u *unit) note(change func(r *reach)) {
	if u != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		change(&u.reach)
	}
}
