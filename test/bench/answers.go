package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

const chats = 20

// answers measures CPU per answered message: 20 customers write, one message
// after the other as soon as the one before is answered, to each bot in turn.
func (b *bench) answers(messages int) error {
	fmt.Printf("CPU per answered message, %d messages over %d chats, one bot after the other on one simulator\n\n", messages, chats)
	fmt.Printf("| %-44s | %12s | %10s | %8s |\n|-|-:|-:|-:|\n", "bot", "CPU ms/msg", "answers/s", "RSS MB")
	var bare float64
	for i, bot := range []struct {
		name   string
		number string
		start  func(number string) (*child, error)
	}{
		{"bare whatsmeow, store in memory", "5215500000001", b.startBare},
		{"Recado, SQLite, durable, flow engine", "5215500000002", b.startRecado},
		{"Baileys 7, multi-file credentials", "5215500000003", b.startBaileys},
	} {
		c, err := bot.start(bot.number)
		if err != nil {
			return fmt.Errorf("%s: %w", bot.name, err)
		}
		if _, err := b.load(bot.number, i, 10); err != nil { // sessions, caches
			return fmt.Errorf("%s: %w", bot.name, err)
		}
		before, err := c.cpu()
		if err != nil {
			return err
		}
		took, err := b.load(bot.number, i, messages/chats)
		if err != nil {
			return fmt.Errorf("%s: %w", bot.name, err)
		}
		after, err := c.cpu()
		if err != nil {
			return err
		}
		rss, err := c.resident()
		if err != nil {
			return err
		}
		each := (after - before).Seconds() * 1000 / float64(messages)
		if i == 0 {
			bare = each
		}
		fmt.Printf("| %-44s | %7.2f ×%3.1f | %10.0f | %8.0f |\n", bot.name, each, each/bare, float64(messages)/took.Seconds(), float64(rss)/1e6)
		c.end()
	}
	fmt.Println()
	return nil
}

func (b *bench) startBare(number string) (*child, error) {
	c, err := b.start(nil, "bare", b.addr, b.root)
	if err != nil {
		return nil, err
	}
	return c, b.scan(number, <-c.lines)
}

func (b *bench) startRecado(number string) (*child, error) {
	r, err := b.recado("answers")
	if err != nil {
		return nil, err
	}
	if err := r.shop("eco"); err != nil {
		return nil, err
	}
	return r.child, r.link("eco", number)
}

func (b *bench) startBaileys(number string) (*child, error) {
	c, err := b.start(nil, "/usr/bin/env", "node", "test/strangers/echo.mjs", "ws://"+b.addr+"/ws/chat", b.root, filepath.Join(b.dir, "baileys"))
	if err != nil {
		return nil, err
	}
	for line := range c.lines {
		var e struct{ Event, QR string }
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		switch e.Event {
		case "qr":
			if err := b.scan(number, e.QR); err != nil {
				return nil, err
			}
		case "open":
			return c, nil
		}
	}
	return nil, fmt.Errorf("it ended")
}

func (b *bench) scan(number, qr string) error {
	if err := b.phone(number); err != nil {
		return err
	}
	return b.post("/v1/phones/"+number+"/scan", map[string]string{"qr": qr})
}

// load lets every customer of bot i have n messages answered and returns how
// long it took.
func (b *bench) load(number string, i, n int) (time.Duration, error) {
	var g errgroup.Group
	start := time.Now()
	for c := range chats {
		customer := fmt.Sprintf("5219%d%08d", i, c)
		g.Go(func() error { return b.talk(customer, number, n) })
	}
	err := g.Wait()
	return time.Since(start), err
}

func (b *bench) talk(customer, number string, n int) error {
	if err := b.phone(customer); err != nil {
		return err
	}
	var seq int64
	for range n {
		if err := b.post("/v1/phones/"+customer+"/messages", map[string]string{"to": number, "text": fmt.Sprint("hola ", time.Now().UnixNano())}); err != nil {
			return err
		}
		err := until(time.Minute, func() bool {
			var page []struct {
				Seq    int64
				FromMe bool
			}
			if b.get(fmt.Sprintf("/v1/phones/%s/messages?with=%s&after=%d", customer, number, seq), &page) != nil {
				return false
			}
			for _, m := range page {
				if !m.FromMe && m.Seq > seq {
					seq = m.Seq
					return true
				}
			}
			return false
		})
		if err != nil {
			return fmt.Errorf("%s waits for an answer: %w", customer, err)
		}
	}
	return nil
}
