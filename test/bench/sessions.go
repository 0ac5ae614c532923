package main

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// qr measures activation to QR over REST, one after the other.
func (b *bench) qr(n int) error {
	if err := b.startSim(); err != nil {
		return err
	}
	r, err := b.recado("qr")
	if err != nil {
		return err
	}
	defer r.child.end()
	took := make([]time.Duration, 0, n)
	for i := range n {
		shop := fmt.Sprint("tienda", i)
		if err := r.call("POST", "/api/shops", map[string]string{"shopId": shop, "name": shop}, nil); err != nil {
			return err
		}
		start := time.Now()
		if _, err := r.activate(shop); err != nil {
			return err
		}
		took = append(took, time.Since(start))
		if err := r.call("POST", "/api/whatsapp/deactivate", map[string]string{"shopId": shop}, nil); err != nil {
			return err
		}
	}
	slices.Sort(took)
	at := func(p float64) time.Duration { return took[min(n-1, int(p*float64(n)))].Round(100 * time.Microsecond) }
	fmt.Printf("Activate → QR over REST, %d times\n\n| p50 | p90 | p99 | max |\n|-:|-:|-:|-:|\n| %s | %s | %s | %s |\n\n", n, at(.5), at(.9), at(.99), took[n-1].Round(100*time.Microsecond))
	return nil
}

// idle measures the memory of n linked, quiet sessions, and how long a start
// takes to have them all back.
func (b *bench) idle(n int) error {
	if err := b.startSim(); err != nil {
		return err
	}
	r, err := b.recado("idle")
	if err != nil {
		return err
	}
	start := time.Now()
	var g errgroup.Group
	g.SetLimit(8)
	for i := range n {
		g.Go(func() error {
			shop := fmt.Sprint("tienda", i)
			if err := r.call("POST", "/api/shops", map[string]string{"shopId": shop, "name": shop}, nil); err != nil {
				return err
			}
			return r.link(shop, fmt.Sprintf("52155%08d", i))
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	linked := time.Since(start)
	r.child.end()

	start = time.Now()
	if err := r.start(); err != nil {
		return err
	}
	empty, err := r.child.resident()
	if err != nil {
		return err
	}
	back := func() bool {
		var list struct {
			Connections int `json:"connections"`
		}
		return b.get("/v1/stats", &list) == nil && list.Connections >= n
	}
	if err := until(5*time.Minute, back); err != nil {
		return err
	}
	restored := time.Since(start)
	<-time.After(250 * time.Second) // an idle program collects every two minutes, and gives memory back after the second time
	full, err := r.child.resident()
	if err != nil {
		return err
	}
	fmt.Printf("%d linked sessions\n\n| | |\n|-|-:|\n| pairing all, 8 at a time | %s |\n| start until all are logged in again | %s |\n| resident, idle, per session | %.0f KB |\n| resident, idle, in all | %.0f MB |\n\n",
		n, linked.Round(100*time.Millisecond), restored.Round(100*time.Millisecond), float64(full-empty)/1000/float64(n), float64(full)/1e6)
	return nil
}
