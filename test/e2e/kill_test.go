package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestKilledAtRandom: 2 000 messages over 20 chats while the server is killed
// with SIGKILL every 0.2 to 2 seconds. Nothing is lost, nothing is doubled, and
// every chat is answered in its order.
func TestKilledAtRandom(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { killed(t, nil, seed, 20, 100) })
	}
	t.Run("production", func(t *testing.T) { killed(t, production(t, startRedis(t)), 0, 20, 100) })
}

func killed(t *testing.T, env []string, seed uint64, chats, messages int) {
	w := newWorld(t, env...)
	s := w.shop("lupita", "5215511110001")
	s.publish(echo)
	s.activate()
	customers := make([]string, chats)
	for i := range customers {
		customers[i] = fmt.Sprintf("52155999900%02d", i)
		w.phone(customers[i], fmt.Sprint("Cliente ", i))
	}

	writing := make(chan struct{})
	var wg sync.WaitGroup
	for _, c := range customers {
		wg.Go(func() {
			for i := range messages {
				w.say(c, s.number, fmt.Sprint("m", i))
				<-time.After(100 * time.Millisecond) // a customer's pace, not a wait for something
			}
		})
	}
	go func() { wg.Wait(); close(writing) }()

	random := rand.New(rand.NewPCG(seed, 1))
	kills := 0
	for done := false; !done; {
		select {
		case <-writing:
			done = true
		case <-time.After(200*time.Millisecond + time.Duration(random.Int64N(int64(1800*time.Millisecond)))):
			w.serve.kill()
			w.startServer()
			kills++
		}
	}
	eventually(t, 2*time.Minute, "everything is answered", func() bool {
		return !slices.ContainsFunc(customers, func(c string) bool { return len(w.answers(c, s.number)) < messages })
	})
	t.Logf("%d kills", kills)
	for _, c := range customers {
		for i, b := range received(w.screen(c, s.number)) {
			if want := fmt.Sprint("eco m", i); b.Text != want {
				t.Fatalf("%s: answer %d is %q, want %q", c, i, b.Text, want)
			}
		}
		w.assertNoProblems(c)
	}
	if n := s.history(); n != 2*chats*messages {
		t.Errorf("the inbox has %d messages, want %d", n, 2*chats*messages)
	}
	if r := s.status(); r.field("status") != "active" {
		t.Errorf("status: %s", r.Body)
	}
}

// received are the bubbles of the other side.
func received(screen []bubble) []bubble {
	return slices.DeleteFunc(slices.Clone(screen), func(b bubble) bool { return b.FromMe })
}

// history counts the messages of all conversations, by paging through them.
func (s *shop) history() int {
	s.w.t.Helper()
	n := 0
	for _, c := range s.pages("/api/shops/"+s.id+"/conversations", "conversations") {
		n += len(s.pages("/api/shops/"+s.id+"/conversations/"+c["id"].(string)+"/messages", "messages"))
	}
	return n
}

// pages reads a list to its end; field is what a page calls it.
func (s *shop) pages(path, field string) []map[string]any {
	s.w.t.Helper()
	var list []map[string]any
	for cursor := ""; ; {
		var page map[string]json.RawMessage
		s.api.must(s.w.t, 200, "GET", path+"?limit=100&cursor="+cursor, nil).into(s.w.t, &page)
		var items []map[string]any
		if err := json.Unmarshal(page[field], &items); err != nil {
			s.w.t.Fatalf("page of %s: %v", path, err)
		}
		list = append(list, items...)
		if page["next"] == nil {
			return list
		}
		if err := json.Unmarshal(page["next"], &cursor); err != nil {
			s.w.t.Fatalf("page of %s: %v", path, err)
		}
	}
}
