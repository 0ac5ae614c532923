package flow_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"recado/internal/flow"
)

// The proof against a judge who simply walks: from every node, along exits of
// at most a given pace, for longer than there are nodes. Who can walk that far
// went in a circle.
func TestTheProofAgreesWithWalking(t *testing.T) {
	t.Parallel()
	const (
		now = iota
		soon
		waits
	)
	kinds := []struct {
		pace int
		json string
	}{
		{now, `{"type":"message","say":"x","next":"%s"}`},
		{now, `{"type":"goto","to":"%s"}`},
		{soon, `{"type":"delay","for":"5s","next":"%s"}`},
		{waits, `{"type":"delay","for":"1m","next":"%s"}`},
		{waits, `{"type":"ask","say":"¿?","as":"text","save":"v","next":"%s"}`},
		{now, `{"type":"ask","say":"¿?","as":"text","save":"v","skip_if_set":true,"next":"%s"}`},
	}
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same flows every time
	seen := map[string]int{}
	for range 3000 {
		n := 2 + rnd.IntN(7)
		to, pace := make([]int, n), make([]int, n)
		var nodes []string
		for i := range n {
			k := kinds[rnd.IntN(len(kinds))]
			to[i], pace[i] = rnd.IntN(n+1), k.pace
			next := "@end"
			if to[i] < n {
				next = string(rune('a' + to[i]))
			}
			nodes = append(nodes, fmt.Sprintf(`"%c":`+k.json, 'a'+i, next))
		}
		circles := func(limit int) bool {
			for start := range n {
				at := start
				for range n + 1 {
					if at == n || pace[at] > limit {
						at = n
						break
					}
					at = to[at]
				}
				if at != n {
					return true
				}
			}
			return false
		}
		want := map[string]bool{"loop_without_wait": circles(now), "loop_without_customer": circles(soon)}
		_, issues := flow.Compile([]byte(doc(strings.Join(nodes, ","))), flow.Registry{})
		for code, circle := range want {
			found := slices.ContainsFunc(issues, func(i flow.Issue) bool { return i.Code == code })
			// A circle taken at once is told as such, not as a flood too.
			if code == "loop_without_customer" && want["loop_without_wait"] {
				found = found || slices.ContainsFunc(issues, func(i flow.Issue) bool { return i.Code == "loop_without_wait" })
			}
			if found != circle {
				t.Fatalf("%s is %v, walking says %v:\n%s\n%v", code, found, circle, strings.Join(nodes, "\n"), issues)
			}
			if circle {
				seen[code]++
			}
		}
	}
	if seen["loop_without_wait"] < 100 || seen["loop_without_customer"] < 100 {
		t.Errorf("too few circles to prove anything: %v", seen)
	}
}
