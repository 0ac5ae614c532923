package txn

import (
	"fmt"
	"strings"
)

// recipientCheck detects a direct message that no device of its recipient can read. When whatsmeow cannot encrypt for a
// device (it has no session, and the server had no prekeys at the moment) it leaves the device out, and if it was the only
// one, sends a message without recipients; the server acknowledges that, and the customer never sees it.
type recipientCheck struct {
	wanted []string        // addresses that the send asked sessions for
	stored map[string]bool // users that it stored a session for
}

// WantSessions records that a send asks for the sessions with addresses.
func (t *Txn) WantSessions(addresses []string) {
	if t != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.recipients.wanted = append(t.recipients.wanted, addresses...)
	}
}

// StoreSessions records that a send has encrypted with these sessions, by address.
func (t *Txn) StoreSessions(sessions map[string][]byte) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.recipients.stored == nil {
		t.recipients.stored = make(map[string]bool, len(sessions))
	}
	for address := range sessions {
		t.recipients.stored[userOf(address)] = true
	}
}

// verify fails for a send to one user other than own whose devices were all left out. In a group some are always missing.
func (c *recipientCheck) verify(own []string) error {
	users := make(map[string]bool)
	for _, address := range c.wanted {
		users[userOf(address)] = true
	}
	for _, user := range own {
		delete(users, user)
	}
	for user := range users {
		if len(users) == 1 && !c.stored[user] {
			return fmt.Errorf("%w: %d devices", ErrNotEncrypted, len(c.wanted))
		}
	}
	return nil
}

func userOf(address string) string {
	user, _, _ := strings.Cut(address, ":")
	return user
}
