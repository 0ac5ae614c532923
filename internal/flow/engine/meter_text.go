package engine

import (
	"errors"
	"strconv"
)

// MarshalText writes the counters as numbers with blanks between: five sends,
// minute, last send, same, fast, echo, four heard, then three for each text said.
func (t Traffic) MarshalText() ([]byte, error) { return t.append(make([]byte, 0, 160)), nil }

func (t *Traffic) append(b []byte) []byte {
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
	return b
}

var errMeter = errors.New("meter: not numbers")

// UnmarshalText is the inverse of MarshalText.
func (t *Traffic) UnmarshalText(b []byte) error { return t.parse(string(b)) }

func (t *Traffic) parse(b string) error {
	*t = Traffic{}
	var nums [14 + 3*maxSaid]int64
	n := 0
	for i := 0; i < len(b); n++ {
		j := i
		for j < len(b) && b[j] != ' ' {
			j++
		}
		v, err := strconv.ParseInt(b[i:j], 10, 64)
		if err != nil || n == len(nums) {
			return errMeter
		}
		nums[n] = v
		i = j + 1
	}
	if n < 14 || (n-14)%3 != 0 {
		return errMeter
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
