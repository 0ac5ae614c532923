package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"recado/internal/store/mongo/mongotest"
	"recado/internal/tenant"
)

// owned is a server that an election can be held before: of this process, without
// users and other members.
func owned(t *testing.T) *mongotest.Server {
	t.Helper()
	if server.Kind != "given" {
		return server
	}
	own, err := mongotest.StartOwn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, own.Stop()) })
	return own
}

// performance is one telling of a story, for a shop of its own.
type performance struct {
	name   string
	member bool            // the driver repeats writes
	falls  map[int]failure // by step: of a write when the step is first tried
	goesOn bool            // a Relay that fails is left to Next
}

// failure is what becomes of a step's write, counted from 0.
type failure struct {
	write int
	way   string
	fault mongotest.Fault
}

// databases are as many as keep a server fast that has no indexes.
const databases = 8

// perform tells the story undisturbed, and then in as many ways as there are for its
// writes to fail, all at once: most of the time of an election passes with waiting.
func perform(t *testing.T, of story, member bool) {
	t.Helper()
	server := owned(t)
	var uris [databases]string
	var truths [databases]*Store
	for i := range databases {
		uris[i] = server.Database(t)
		truths[i] = open(t, uris[i])
	}
	calm := performance{member: member}.tell(mongotest.Hold(t, uris[0], member), truths[0], of)
	require.NoError(t, calm.err)
	require.Empty(t, calm.failures)
	var all sync.WaitGroup
	for i, p := range performances(calm, member) {
		e := mongotest.Hold(t, uris[i%databases], member)
		all.Go(func() {
			got := p.tell(e, truths[i%databases], of)
			about := fmt.Sprintf("%s: %v", p.name, got.failures)
			if !assert.NoError(t, got.err, about) || !assert.Empty(t, differences(calm.end, got.end), about) {
				return
			}
			assert.Equal(t, calm.end, got.end, about)
			if member {
				assert.Empty(t, got.failures, about)
			} else {
				assert.Len(t, got.failures, len(p.falls), about)
			}
		})
	}
	all.Wait()
}

// performances are those in which every write of every step fails in each way. Those
// that the driver repeats fail in one way each: it does not know one from another.
func performances(calm told, member bool) []performance {
	fails := make([][]failure, len(calm.steps)) // of each step
	relays := make([][]failure, len(calm.steps))
	n := 0
	for i, writes := range calm.writes {
		for write := range writes {
			n++
			answer := []string{"lost", "hung up"}[n%2] // of no answer there are two
			ways := []string{"refused", answer, "unconfirmed"}
			if member {
				ways = ways[n/2%3:][:1]
			}
			for _, way := range ways {
				fails[i] = append(fails[i], failure{write, way, falls[way](n)})
			}
			if !member && calm.steps[i].otherwise != nil {
				relays[i] = append(relays[i], failure{write, answer, falls[answer](n)})
			}
		}
	}
	return append(programme(fails, member, false), programme(relays, member, true)...)
}

// programme spreads the failures of steps over performances. Of two steps that follow
// each other one fails, because what fails in one may have the next do less.
func programme(fails [][]failure, member, goesOn bool) []performance {
	size := 0
	for i := range fails {
		size = max(size, len(fails[i])+len(fails[max(0, i-1)]))
	}
	all := make([]performance, size)
	for i := range all {
		all[i] = performance{member: member, falls: make(map[int]failure), goesOn: goesOn}
	}
	for i, list := range fails {
		for k, f := range list {
			p := &all[k]
			if i%2 == 1 {
				p = &all[size-1-k]
			}
			p.falls[i] = f
			p.name += fmt.Sprintf("write %d of step %d %s, ", f.write, i, f.way)
		}
	}
	return slices.DeleteFunc(all, func(p performance) bool { return len(p.falls) == 0 })
}

// told is what came of a performance.
type told struct {
	steps    []step
	writes   []int    // of each step
	end      []string // what is left behind
	failures []error  // on the way
	err      error
}

// tell tells the story through e; truth is the store as it is.
func (p performance) tell(e *mongotest.Election, truth *Store, of story) (got told) {
	ctx := context.Background()
	shop := tenant.ShopID("s" + strings.ToLower(rand.Text()))
	s, err := connect(e.URI)
	if err != nil {
		return told{err: err}
	}
	defer func() { got.err = errors.Join(got.err, s.Close(ctx)) }()
	if err := truth.CreateShop(ctx, tenant.Shop{ID: shop, Name: string(shop), CreatedAt: dawn}); err != nil {
		return told{err: err}
	}
	l := &telling{ctx: ctx, s: s, shop: shop}
	got.steps = of(l)
	got.writes = make([]int, len(got.steps))
	for i, step := range got.steps {
		e.Answer(func(c mongotest.Command) mongotest.Fault {
			if !c.Write || c.Again {
				return mongotest.Fault{}
			}
			got.writes[i]++
			f, fails := p.falls[i]
			if !fails || got.writes[i]-1 != f.write || p.member && !c.Numbered {
				return mongotest.Fault{}
			}
			return f.fault
		})
		const patience = 8
		err := step.do()
		for attempt := 0; err != nil && attempt < patience; attempt++ {
			got.failures = append(got.failures, fmt.Errorf("step %d: %w", i, err))
			e.Answer(func(mongotest.Command) mongotest.Fault { return mongotest.Fault{} })
			if p.goesOn && step.otherwise != nil {
				step.do = step.otherwise
			}
			err = step.do()
		}
		if err != nil {
			got.err = fmt.Errorf("step %d: %w", i, err)
			return got
		}
	}
	e.Answer(func(mongotest.Command) mongotest.Fault { return mongotest.Fault{} })
	end, err := left(ctx, truth, l)
	got.end, got.err = end, err
	return got
}
