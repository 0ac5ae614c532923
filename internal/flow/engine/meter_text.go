package engine

import (
	"errors"
	"strconv"
)

// MarshalText writes the counters as numbers with blanks between: five sends,
// minute, last send, heard, same, fast, echo, then three for each text said.
func (t Meter) MarshalText() ([]byte, error) {
	b := make([]byte, 0, 160)
	num := func(n int64) {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	for _, n := range t.Sends {
		num(int64(n))
	}
	num(t.Minute)
	num(int64(t.LastSend))
	num(int64(t.Heard))
	num(int64(t.Same))
	num(int64(t.Fast))
	num(int64(t.Echo))
	for _, s := range t.Said {
		if s.Since != 0 {
			num(int64(s.Hash))
			num(int64(s.N))
			num(int64(s.Since))
		}
	}
	return b, nil
}

var errMeter = errors.New("meter: not numbers")

// UnmarshalText is the inverse of MarshalText.
func (t *Meter) UnmarshalText(b []byte) error {
	*t = Meter{}
	var nums [11 + 3*maxSaid]int64
	n := 0
	for i := 0; i < len(b); n++ {
		j := i
		for j < len(b) && b[j] != ' ' {
			j++
		}
		v, err := strconv.ParseInt(string(b[i:j]), 10, 64)
		if err != nil || n == len(nums) {
			return errMeter
		}
		nums[n] = v
		i = j + 1
	}
	if n < 11 || (n-11)%3 != 0 {
		return errMeter
	}
	for i := range t.Sends {
		t.Sends[i] = int(nums[i])
	}
	t.Minute, t.LastSend, t.Heard = nums[5], Instant(nums[6]), uint32(nums[7])
	t.Same, t.Fast, t.Echo = int(nums[8]), int(nums[9]), int(nums[10])
	for i := 0; 11+3*i < n; i++ {
		t.Said[i] = Said{uint32(nums[11+3*i]), int(nums[12+3*i]), Instant(nums[13+3*i])}
	}
	return nil
}
