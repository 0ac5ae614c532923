package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// traffic is customers who write to a shop with the echo flow, each at the pace
// of an impatient person.
type traffic struct {
	s         *shop
	customers []string
	messages  int // of each customer
	writing   sync.WaitGroup
}

// flow lets chats customers write messages messages each, one every pace.
func (s *shop) flow(chats, messages int, pace time.Duration) *traffic {
	s.w.t.Helper()
	f := &traffic{s: s, messages: messages}
	for i := range chats {
		c := fmt.Sprintf("52155999900%02d", i)
		s.w.phone(c, fmt.Sprint("Cliente ", i))
		f.customers = append(f.customers, c)
	}
	for _, c := range f.customers {
		f.writing.Go(func() {
			for i := range messages {
				s.w.say(c, s.number, fmt.Sprint("m", i))
				<-time.After(pace) // a customer's pace, not a wait for something
			}
		})
	}
	s.w.t.Cleanup(f.writing.Wait)
	return f
}

func (f *traffic) total() int { return len(f.customers) * f.messages }

func (f *traffic) answered() (n int) {
	for _, c := range f.customers {
		n += len(f.s.w.answers(c, f.s.number))
	}
	return n
}

// awaitProgress waits for n more answers.
func (f *traffic) awaitProgress(n int) {
	f.s.w.t.Helper()
	before := f.answered()
	eventually(f.s.w.t, 90*time.Second, fmt.Sprint(n, " more answers"), func() bool { return f.answered() >= min(before+n, f.total()) })
}

// complete waits for all answers and fails the test unless every message was
// answered once, was stored once, and can be read. ordered demands the order in
// which the customers wrote: a message that had to be asked for again comes
// behind what was written meanwhile.
func (f *traffic) complete(ordered bool) {
	t, w := f.s.w.t, f.s.w
	t.Helper()
	f.writing.Wait()
	for deadline := time.Now().Add(90 * time.Second); f.answered() < f.total() && time.Now().Before(deadline); {
		pause()
	}
	for _, c := range f.customers {
		var got, want []string
		for _, b := range received(w.screen(c, f.s.number)) {
			got = append(got, b.Text)
		}
		for i := range f.messages {
			want = append(want, fmt.Sprint("eco m", i))
		}
		if !ordered {
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has %d answers, %q, want %q", c, len(got), got, want)
		}
		w.readable(c)
	}
	w.readable(f.s.number)
	if n := f.s.history(); n != 2*f.total() {
		t.Errorf("the inbox has %d messages, want %d", n, 2*f.total())
	}
}

// readable fails the test when a phone has a message that it could not read in
// the end, and returns how many it had to ask for again.
func (w *world) readable(phone string) (repeated int) {
	w.t.Helper()
	var list []struct {
		ID, Reason, Detail string
		Retries            int
		Recovered          bool
	}
	w.phones.must(w.t, 200, "GET", "/v1/phones/"+phone+"/problems", nil).into(w.t, &list)
	for _, p := range list {
		if !p.Recovered {
			w.t.Errorf("phone %s never read %s: %s after %d retries: %s", phone, p.ID, p.Reason, p.Retries, p.Detail)
		}
		repeated += p.Retries
	}
	return repeated
}

// log returns the append-only file that the server is writing.
func (r *redisServer) log() string {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "appendonlydir", "*.incr.aof"))
	if err != nil || len(files) != 1 {
		r.t.Fatalf("append-only files: %v, %v", files, err)
	}
	return files[0]
}

// rollBack restarts Redis without what it wrote in the last moments, as after
// the crash of a machine. Meanwhile is done while it is away.
func (r *redisServer) rollBack(lost time.Duration, meanwhile func()) {
	r.t.Helper()
	before, err := os.Stat(r.log())
	if err != nil {
		r.t.Fatal(err)
	}
	<-time.After(lost)
	r.kill()
	after, err := os.Stat(r.log())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Logf("%d bytes of writes are lost", after.Size()-before.Size())
	if after.Size() == before.Size() {
		r.t.Error("nothing was written: this shows nothing")
	}
	if err := os.Truncate(r.log(), before.Size()); err != nil {
		r.t.Fatal(err)
	}
	meanwhile()
	r.start()
}

// linked is a shop with the echo flow that is connected.
func (w *world) linked() *shop {
	w.t.Helper()
	s := w.shop("lupita", "5215511110001")
	s.publish(echo)
	s.activate()
	return s
}

// awaitOutageStatus waits for the shop's status to name a failing store.
func (f *traffic) awaitOutageStatus() {
	f.s.w.t.Helper()
	var st reply
	eventually(f.s.w.t, 25*time.Second, "the status to name the outage", func() bool {
		st = f.s.status()
		return st.field("status") == "connecting" && st.field("reason") == "store_failed"
	})
	if st.field("message") == "" {
		f.s.w.t.Errorf("the status has no words: %s", st.Body)
	}
}

// assertNoRetries fails the test when a phone requested a message again.
func (f *traffic) assertNoRetries() {
	f.s.w.t.Helper()
	for _, phone := range append([]string{f.s.number}, f.customers...) {
		if n := f.s.w.readable(phone); n > 0 {
			f.s.w.t.Errorf("phone %s asked %d times for messages", phone, n)
		}
	}
}

// logIsBounded logs the warnings of the server by message and fails the test when
// there are more than 200.
func (f *traffic) logIsBounded() {
	f.s.w.t.Helper()
	lines := map[string]int{}
	for line := range strings.Lines(f.s.w.serve.output()) {
		_, rest, ok := strings.Cut(line, "level=")
		if !ok {
			continue
		}
		level, rest, _ := strings.Cut(rest, " ")
		if msg, _, _ := strings.Cut(strings.TrimPrefix(rest, `msg="`), `"`); level != "INFO" {
			lines[msg]++
		}
	}
	total := 0
	for msg, n := range lines {
		f.s.w.t.Logf("logged %d times: %s", n, msg)
		total += n
	}
	if total > 200 {
		f.s.w.t.Errorf("%d lines were logged", total)
	}
}
