package wasim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"go.mau.fi/whatsmeow/types"
)

// Addressing is how the server names a sender to linked devices: by its hidden
// identifier ("lid", with sender_pn beside it) or by its number ("pn", with
// sender_lid beside it). The real server does either.
type Addressing string

// The two ways a sender is named.
const (
	ByLID Addressing = "lid"
	ByPN  Addressing = "pn"
)

// account is one WhatsApp number: a phone, which is device 0, and companions.
type account struct {
	number string // E.164 digits
	lid    string // the hidden identifier, digits
	rawID  uint32 // chosen by the phone, part of every companion's certificate
	phone  *phone

	mu         sync.Mutex
	companions map[int]*companion
	lastDevice int
	lastIndex  uint32 // key index of the newest companion
}

// address is one device of one account.
type address struct {
	acc    *account
	device int
}

func (a address) String() string { return a.acc.jid(ByPN, a.device).String() }

func (a *account) jid(mode Addressing, device int) types.JID {
	j := types.JID{User: a.number, Server: types.DefaultUserServer, Device: uint16(device)}
	if mode == ByLID {
		j.User, j.Server = a.lid, types.HiddenUserServer
	}
	return j
}

// devices lists the account's devices, the phone first.
func (a *account) devices() []address {
	a.mu.Lock()
	defer a.mu.Unlock()
	ids := []int{0}
	for id := range a.companions {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	out := make([]address, len(ids))
	for i, id := range ids {
		out[i] = address{a, id}
	}
	return out
}

// linked lists the companions in the order of their ids.
func (a *account) linked() []*companion {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]*companion, 0, len(a.companions))
	for _, c := range a.companions {
		out = append(out, c)
	}
	slices.SortFunc(out, func(x, y *companion) int { return x.id - y.id })
	return out
}

func (a *account) companion(id int) *companion {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.companions[id]
}

// maxCompanions keeps device ids within the byte that stanzas have for them.
const maxCompanions = 99

// reserve chooses id and key index of the next companion; ids are reused late.
func (a *account) reserve() (id int, index uint32, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for range maxCompanions {
		a.lastDevice = a.lastDevice%maxCompanions + 1
		if a.companions[a.lastDevice] == nil {
			a.lastIndex++
			return a.lastDevice, a.lastIndex, nil
		}
	}
	return 0, 0, &Error{Code: "too_many_devices", Status: 409, Message: "This phone has no room for another linked device."}
}

func (a *account) link(c *companion) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.companions[c.id] = c
}

// unlink forgets a companion; false when it was not linked.
func (a *account) unlink(c *companion) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.companions[c.id] != c {
		return false
	}
	delete(a.companions, c.id)
	return true
}

// lidOf derives a stable hidden identifier of 15 digits from a number.
func lidOf(number string) string {
	sum := sha256.Sum256([]byte("lid of " + number))
	return strconv.FormatUint(100_000_000_000_000+binary.BigEndian.Uint64(sum[:])%900_000_000_000_000, 10)
}

// checkNumber accepts E.164 digits without the plus sign.
func checkNumber(number string) error {
	if len(number) < 7 || len(number) > 15 || number[0] == '0' {
		return badNumber(number)
	}
	for _, r := range number {
		if r < '0' || r > '9' {
			return badNumber(number)
		}
	}
	return nil
}

func badNumber(number string) error {
	return &Error{Code: "invalid_number", Status: 422, Message: fmt.Sprintf("%.20q is not a phone number: 7 to 15 digits, country code first, no plus sign.", number)}
}
