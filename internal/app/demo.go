package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"recado/internal/config"
	"recado/internal/flow/examples"
	"recado/internal/flow/library"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/internal/wasim"
)

// The demo's people. Their passwords are drawn at every start.
const (
	demoShop   = tenant.ShopID("lupita")
	demoName   = "Tacos Lupita"
	demoEmail  = "lupita@example.com"
	demoNumber = "5215511110001"
)

var demoCustomers = []demoPerson{
	{Number: "5215599990001", Name: "Ana"},
	{Number: "5491155550002", Name: "Bruno"},
}

type demoPerson struct {
	Number string `json:"number"`
	Name   string `json:"name"`
}

type demoCmd struct {
	config.Config `embed:""`
}

// Run serves the demo until ctx ends. Everything it makes is gone with it: the
// simulator forgets its phones, so stored sessions would be worth nothing.
func (c *demoCmd) Run(ctx context.Context, p *program) (err error) {
	dir, err := os.MkdirTemp("", "recado-demo-")
	if err != nil {
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	sim, err := wasim.Start(ctx, wasim.Options{Log: logger(p.stderr, "warn", "text")})
	if err != nil {
		return err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = errors.Join(err, sim.Close(stop))
	}()
	c.DataDir, c.RedisURL, c.MongoDBURI = dir, "", ""
	c.WhatsAppURL, c.WhatsAppRoot = "ws://"+sim.Addr()+"/ws/chat", fmt.Sprintf("%x", sim.Root())
	c.AdminEmail, c.AdminPassword = "admin@example.com", config.Secret(rand.Text())
	c.HTTPAddr = loopbackAddr(c.HTTPAddr)
	if err := c.Validate(); err != nil {
		return usageError{fmt.Errorf("the settings are wrong:\n%w", err)}
	}
	return p.serve(ctx, &c.Config, func(s *server, ctx context.Context, p *program, url string) error {
		d := &demo{sim: sim, server: s, password: rand.Text()}
		if err := d.furnish(ctx); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "\nDemo: open %s/demo\n\n  e-mail    %s\n  password  %s\n\n", url, demoEmail, d.password)
		return nil
	})
}

// loopbackAddr keeps the demo, whose passwords anybody may ask for, on this machine.
func loopbackAddr(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host != "" {
		return addr
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// demo is the shop, its phone and its customers.
type demo struct {
	sim      *wasim.Server
	server   *server
	password string
}

// furnish makes the phones, the shop, its owner and its flow.
func (d *demo) furnish(ctx context.Context) error {
	for _, p := range append([]demoPerson{{demoNumber, demoName}}, demoCustomers...) {
		if _, err := d.sim.PutPhone(p.Number, wasim.PhoneSettings{Name: p.Name, Reads: true}); err != nil {
			return fmt.Errorf("make phone of %s: %w", p.Name, err)
		}
	}
	s := d.server
	if err := s.records.CreateShop(ctx, tenant.Shop{ID: demoShop, Name: demoName, CreatedAt: time.Now()}); err != nil {
		return fmt.Errorf("make the demo's shop: %w", err)
	}
	owner := auth.NewUser{Email: demoEmail, Name: "Lupita", Password: d.password}
	if _, err := s.auth.CreateMember(ctx, demoShop, tenant.Owner, owner); err != nil {
		return err
	}
	doc, ok := examples.Get("tacos")
	if !ok {
		return errors.New("the example flow is missing")
	}
	if _, _, err := s.library.Publish(ctx, demoShop, library.Draft{Doc: doc, Main: true, By: "demo"}); err != nil {
		return fmt.Errorf("publish the example flow: %w", err)
	}
	d.mount(s)
	return nil
}

// mount adds the phone page's calls to the server.
func (d *demo) mount(s *server) {
	mux := http.NewServeMux()
	mux.Handle("/", s.handler)
	mux.HandleFunc("GET /api/demo", d.describe)
	mux.HandleFunc("POST /api/demo/scan", d.scan)
	mux.HandleFunc("GET /api/demo/messages", d.messages)
	mux.HandleFunc("POST /api/demo/messages", d.say)
	guard := http.NewCrossOriginProtection()
	s.handler = guard.Handler(mux)
}

func (d *demo) describe(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]any{
		"shopId": demoShop, "shopName": demoName, "email": demoEmail, "password": d.password,
		"shopNumber": demoNumber, "customers": demoCustomers,
	})
}

// scan lets the shop's phone scan the QR that the panel shows.
func (d *demo) scan(w http.ResponseWriter, r *http.Request) {
	st, err := d.server.service.State(r.Context(), demoShop, "")
	if err == nil && st.QR == "" {
		problem(w, http.StatusConflict, "no_qr", "No QR is shown. Press Activate first.")
		return
	}
	var device string
	if err == nil {
		device, err = d.sim.Scan(r.Context(), demoNumber, st.QR)
	}
	if err != nil {
		problem(w, http.StatusBadGateway, "scan_failed", err.Error())
		return
	}
	reply(w, http.StatusOK, map[string]string{"device": device})
}

func (d *demo) messages(w http.ResponseWriter, r *http.Request) {
	var after int64
	if _, err := fmt.Sscan(r.FormValue("after"), &after); err != nil && r.FormValue("after") != "" {
		problem(w, http.StatusUnprocessableEntity, "invalid_after", "after is a number.")
		return
	}
	screen, err := d.sim.Screen(r.FormValue("customer"), demoNumber, after)
	if err != nil {
		problem(w, http.StatusNotFound, "no_customer", err.Error())
		return
	}
	typing, err := d.sim.Typing(r.FormValue("customer"), demoNumber)
	if err != nil {
		problem(w, http.StatusNotFound, "no_customer", err.Error())
		return
	}
	reply(w, http.StatusOK, map[string]any{"messages": screen, "typing": typing.Now})
}

func (d *demo) say(w http.ResponseWriter, r *http.Request) {
	var body struct{ Customer, Text string }
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	in.DisallowUnknownFields()
	if err := in.Decode(&body); err != nil || body.Text == "" {
		problem(w, http.StatusUnprocessableEntity, "invalid_body", "The body is {customer, text}.")
		return
	}
	id, err := d.sim.Send(r.Context(), body.Customer, wasim.Draft{To: demoNumber, Text: body.Text})
	if err != nil {
		problem(w, http.StatusUnprocessableEntity, "not_sent", err.Error())
		return
	}
	reply(w, http.StatusAccepted, map[string]string{"id": id})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked has gone
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "detail": detail}) // as above
}
