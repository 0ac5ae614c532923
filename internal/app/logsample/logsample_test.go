package logsample_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/internal/app/logsample"
)

func TestRepetitionsAreCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(logsample.New(slog.NewTextHandler(&out, nil)))
		lines := func() (n int) { defer out.Reset(); return strings.Count(out.String(), "\n") }

		for i := range 100 {
			log.With("shop", i).Error("store away", "err", "refused")
		}
		if n := lines(); n != 5 {
			t.Errorf("%d lines of one message in a minute", n)
		}
		log.Warn("something else")
		if n := lines(); n != 1 {
			t.Error("another message was held back")
		}
		for range 20 {
			log.Info("as always")
		}
		if n := lines(); n != 20 {
			t.Errorf("%d lines of an information", n)
		}
		time.Sleep(time.Minute)
		log.WithGroup("g").Error("store away")
		if text := out.String(); !strings.Contains(text, "unwritten=95") {
			t.Errorf("the next minute does not tell of the lines before: %s", text)
		}
		out.Reset()
		time.Sleep(time.Minute)
		log.Error("store away")
		if text := out.String(); strings.Contains(text, "unwritten") || lines() != 1 {
			t.Errorf("a single line: %s", text)
		}
	})
}

func TestManyMessages(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	h := logsample.New(slog.NewTextHandler(&out, nil))
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 1000 {
				r := slog.NewRecord(time.Now(), slog.LevelError, fmt.Sprint("message ", g, " ", i), 0)
				if err := h.Handle(t.Context(), r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := strings.Count(out.String(), "\n"); n != 4000 {
		t.Errorf("%d lines of 4000 messages", n)
	}
}
