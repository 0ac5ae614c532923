package flow_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"recado/internal/flow"
)

// The termination proof agrees with a brute-force walk: from every node, along exits
// of at most a given latency, for more steps than there are nodes. A walk of that
// length went in a circle.
func TestTerminationAgreesWithWalking(t *testing.T) {
	t.Parallel()
	const (
		immediate = iota
		brief
		long
	)
	kinds := []struct {
		latency int
		json    string
	}{
		{immediate, `{"type":"message","say":"x","next":"%s"}`},
		{immediate, `{"type":"goto","to":"%s"}`},
		{brief, `{"type":"delay","for":"5s","next":"%s"}`},
		{long, `{"type":"delay","for":"1m","next":"%s"}`},
		{long, `{"type":"ask","say":"¿?","as":"text","save":"v","next":"%s"}`},
		{immediate, `{"type":"ask","say":"¿?","as":"text","save":"v","skip_if_set":true,"next":"%s"}`},
	}
	rnd := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same flows every time
	seen := map[string]int{}
	for range 3000 {
		n := 2 + rnd.IntN(7)
		to, latency := make([]int, n), make([]int, n)
		var nodes []string
		for i := range n {
			k := kinds[rnd.IntN(len(kinds))]
			to[i], latency[i] = rnd.IntN(n+1), k.latency
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
					if at == n || latency[at] > limit {
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
		want := map[string]bool{"loop_without_wait": circles(immediate), "loop_without_customer": circles(brief)}
		_, issues := flow.Compile([]byte(doc(strings.Join(nodes, ","))), flow.Registry{})
		for code, circle := range want {
			found := slices.ContainsFunc(issues, func(i flow.Issue) bool { return i.Code == code })
			// A cycle within one step is reported as such, not as a flood too.
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
		t.Errorf("too few cycles to prove anything: %v", seen)
	}
}
