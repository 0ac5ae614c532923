package engine

import (
	"errors"
	"strconv"
)

// hash recognises a text among the last few: FNV-1a over words of eight bytes,
// folded to 32 bits. It is stored, so it must not change.
func hash(s string) uint32 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for ; len(s) >= 8; s = s[8:] {
		h = (h ^ (uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)) * prime
		h ^= h >> 29
	}
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime
	}
	h ^= h >> 32
	return uint32(h)
}

// Traffic holds the counters of the rate limit and the loop guard. As JSON it is one
// line of numbers.
type Traffic struct {
	Minute   int64                      // Unix minute of Sends[0]
	Sends    [5]int                     // messages per minute, the newest first
	Repeated [maxRepeated]RepeatCounter // texts sent last, the newest first
	LastSend Instant
	Heard    [4]uint32 // hashes of the customer's last long texts, the newest first
	Same     int       // how often in a row it came
	Fast     int       // long texts in a row, heard before, right after ours
	Echo     int       // messages in a row that repeat ours
}

// RepeatCounter counts how often a text was sent; N and Since 0 is an empty place.
type RepeatCounter struct {
	Hash  uint32
	N     int32
	Since Instant
}

// MarshalText writes the counters as AppendText does.
func (t Traffic) MarshalText() ([]byte, error) { return t.AppendText(make([]byte, 0, 160)) }

// AppendText writes the counters as numbers with blanks between: five sends, minute,
// last send, same, fast, echo, four heard, then three for each text repeated.
func (t Traffic) AppendText(b []byte) ([]byte, error) {
	from := len(b)
	num := func(n int64) {
		if len(b) > from {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	for _, n := range t.Sends {
		num(int64(n))
	}
	num(t.Minute)
	num(int64(t.LastSend))
	num(int64(t.Same))
	num(int64(t.Fast))
	num(int64(t.Echo))
	for _, h := range t.Heard {
		num(int64(h))
	}
	for _, s := range t.Repeated {
		if s.Since != 0 {
			num(int64(s.Hash))
			num(int64(s.N))
			num(int64(s.Since))
		}
	}
	return b, nil
}

var errTraffic = errors.New("meter: not numbers")

// UnmarshalText is the inverse of MarshalText.
func (t *Traffic) UnmarshalText(b []byte) error { return t.parse(string(b)) }

func (t *Traffic) parse(b string) error {
	*t = Traffic{}
	var nums [14 + 3*maxRepeated]int64
	n := 0
	for i := 0; i < len(b); n++ {
		j := i
		for j < len(b) && b[j] != ' ' {
			j++
		}
		v, err := strconv.ParseInt(b[i:j], 10, 64)
		if err != nil || n == len(nums) {
			return errTraffic
		}
		nums[n] = v
		i = j + 1
	}
	if n < 14 || (n-14)%3 != 0 {
		return errTraffic
	}
	for i := range t.Sends {
		t.Sends[i] = int(nums[i])
	}
	t.Minute, t.LastSend = nums[5], Instant(nums[6])
	t.Same, t.Fast, t.Echo = int(nums[7]), int(nums[8]), int(nums[9])
	for i := range t.Heard {
		t.Heard[i] = uint32(nums[10+i])
	}
	for i := 0; 14+3*i < n; i++ {
		t.Repeated[i] = RepeatCounter{uint32(nums[14+3*i]), int32(nums[15+3*i]), Instant(nums[16+3*i])}
	}
	return nil
}
