package main

import (
	"encoding/json"
	"errors"
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
	fmt.Printf("| %-44s | %12s | %11s | %10s | %11s | %6s |\n|-|-:|-:|-:|-:|-:|\n",
		"bot", "CPU ms/msg", "of embedded", "answers/s", "Redis trips", "RSS MB")
	var bare, embedded float64
	for i, bot := range []struct {
		name   string
		number string
		start  func(number string) (*child, error)
	}{
		{"bare whatsmeow, store in memory", "5215500000001", b.startWhatsmeow},
		{"Recado, SQLite, durable, flow engine", "5215500000002", b.startRecado},
		{"Recado, Redis and MongoDB (servers not counted)", "5215500000003", b.startProduction},
		{"Baileys 7, multi-file credentials", "5215500000004", b.startBaileys},
	} {
		m, err := b.answer(i, bot.number, messages, bot.start)
		if err != nil {
			return fmt.Errorf("%s: %w", bot.name, err)
		}
		of, trips := "", ""
		switch i {
		case 0:
			bare = m.cpu
		case 1:
			embedded = m.cpu
		case 2:
			of, trips = fmt.Sprintf("×%.2f", m.cpu/embedded), fmt.Sprintf("%.2f", m.trips)
		}
		fmt.Printf("| %-44s | %7.2f ×%3.1f | %11s | %10.0f | %11s | %6.0f |\n",
			bot.name, m.cpu, m.cpu/bare, of, m.rate, trips, float64(m.rss)/1e6)
	}
	fmt.Println()
	return nil
}

// measured is what answering cost, per message where that makes sense.
type measured struct {
	cpu   float64 // ms
	rate  float64 // answers a second
	trips float64 // to Redis and back
	rss   int64   // bytes, at the end
}

func (b *bench) answer(i int, number string, messages int, start func(number string) (*child, error)) (m measured, err error) {
	c, err := start(number)
	if err != nil {
		return m, err
	}
	defer c.end()
	if _, err := b.load(number, i, 10); err != nil { // sessions, caches
		return m, err
	}
	before, err := c.cpu()
	if err != nil {
		return m, err
	}
	tripsBefore := c.redisTrips()
	took, err := b.load(number, i, messages/chats)
	if err != nil {
		return m, err
	}
	after, err := c.cpu()
	if err != nil {
		return m, err
	}
	n := float64(messages)
	m = measured{
		cpu: (after - before).Seconds() * 1000 / n, rate: n / took.Seconds(), trips: (c.redisTrips() - tripsBefore) / n,
	}
	m.rss, err = c.resident()
	return m, err
}

func (b *bench) startWhatsmeow(number string) (*child, error) {
	return b.startBot(number, "whatsmeow", b.addr, b.root)
}

func (b *bench) startBaileys(number string) (*child, error) {
	return b.startBot(number, "/usr/bin/env", "node", "test/strangers/echo.mjs", "ws://"+b.addr+"/ws/chat", b.root, filepath.Join(b.dir, "baileys"))
}

// startBot starts an echo bot that prints its QR and "open" as JSON lines, and links it.
func (b *bench) startBot(number, program string, args ...string) (*child, error) {
	c, err := b.start(nil, program, args...)
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
	return nil, errors.New("the bot ended before it was linked")
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

// startProduction starts a server on a Redis and a MongoDB of its own.
func (b *bench) startProduction(number string) (*child, error) {
	env, err := b.stores()
	if err != nil {
		return nil, err
	}
	r, err := b.recado("production", env...)
	if err != nil {
		return nil, err
	}
	if err := r.shop("eco"); err != nil {
		return nil, err
	}
	return r.child, r.link("eco", number)
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
	seq, err := b.lastAnswer(customer, number, 0)
	if err != nil {
		return err
	}
	for range n {
		if err := b.post("/v1/phones/"+customer+"/messages", map[string]string{"to": number, "text": fmt.Sprint("hola ", time.Now().UnixNano())}); err != nil {
			return err
		}
		err := until(time.Minute, func() bool {
			newest, err := b.lastAnswer(customer, number, seq)
			answered := err == nil && newest > seq
			seq = max(seq, newest)
			return answered
		})
		if err != nil {
			return fmt.Errorf("%s waits for an answer: %w", customer, err)
		}
	}
	return nil
}

// lastAnswer returns the place of the newest message behind after that the customer got from number; 0 when there is none.
func (b *bench) lastAnswer(customer, number string, after int64) (seq int64, err error) {
	var page []struct {
		Seq    int64
		FromMe bool
	}
	err = b.get(fmt.Sprintf("/v1/phones/%s/messages?with=%s&after=%d", customer, number, after), &page)
	for _, m := range page {
		if !m.FromMe {
			seq = max(seq, m.Seq)
		}
	}
	return seq, err
}
