// Package demo is the content of `recado demo`: a shop with an owner, a flow and
// phones on a simulated WhatsApp, and the calls of the page that plays the phones.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"recado/internal/channel"
	"recado/internal/flow"
	"recado/internal/flow/examples"
	"recado/internal/flow/library"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/internal/wasim"
)

const (
	shopID     = tenant.ShopID("lupita")
	shopName   = "Tacos Lupita"
	shopNumber = "5215511110001"
	// Email is the owner's.
	Email = "lupita@example.com"
)

var customers = []person{
	{Number: "5215599990001", Name: "Ana"},
	{Number: "5491155550002", Name: "Bruno"},
}

type person struct {
	Number string `json:"number"`
	Name   string `json:"name"`
}

// Options are the parts of the server that the demo fills and asks. All are required.
type Options struct {
	Simulator *wasim.Server
	Password  string // of the owner
	Shops     interface {
		CreateShop(ctx context.Context, s tenant.Shop) error
	}
	Users interface {
		CreateMember(ctx context.Context, shop tenant.ShopID, role tenant.Role, n auth.NewUser) (tenant.Member, error)
	}
	Flows interface {
		Publish(ctx context.Context, shop tenant.ShopID, d library.Draft) (library.Version, []flow.Issue, error)
	}
	Channels interface {
		State(ctx context.Context, shop tenant.ShopID, t channel.Type) (channel.State, error)
	}
}

// Fill creates the phones, the shop, its owner and its flow.
func Fill(ctx context.Context, o Options) error {
	for _, p := range append([]person{{shopNumber, shopName}}, customers...) {
		if _, err := o.Simulator.PutPhone(p.Number, wasim.PhoneSettings{Name: p.Name, Reads: true}); err != nil {
			return fmt.Errorf("make phone of %s: %w", p.Name, err)
		}
	}
	if err := o.Shops.CreateShop(ctx, tenant.Shop{ID: shopID, Name: shopName, CreatedAt: time.Now()}); err != nil {
		return fmt.Errorf("make the demo's shop: %w", err)
	}
	owner := auth.NewUser{Email: Email, Name: "Lupita", Password: o.Password}
	if _, err := o.Users.CreateMember(ctx, shopID, tenant.Owner, owner); err != nil {
		return err
	}
	doc, ok := examples.Get("tacos")
	if !ok {
		return errors.New("the example flow is missing")
	}
	if _, _, err := o.Flows.Publish(ctx, shopID, library.Draft{Doc: doc, Main: true, By: "demo"}); err != nil {
		return fmt.Errorf("publish the example flow: %w", err)
	}
	return nil
}

// phonePage serves the calls of the page that plays the phones.
type phonePage struct{ o Options }

// Handler adds the calls of the phone page to next.
func Handler(o Options, next http.Handler) http.Handler {
	p := phonePage{o}
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.HandleFunc("GET /api/demo", p.describe)
	mux.HandleFunc("POST /api/demo/scan", p.scan)
	mux.HandleFunc("GET /api/demo/messages", p.messages)
	mux.HandleFunc("POST /api/demo/messages", p.send)
	return http.NewCrossOriginProtection().Handler(mux)
}

func (p phonePage) describe(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]any{
		"shopId": shopID, "shopName": shopName, "email": Email, "password": p.o.Password,
		"shopNumber": shopNumber, "customers": customers,
	})
}

// scan lets the shop's phone scan the QR that the panel shows.
func (p phonePage) scan(w http.ResponseWriter, r *http.Request) {
	st, err := p.o.Channels.State(r.Context(), shopID, "")
	if err == nil && st.QR == "" {
		problem(w, http.StatusConflict, "no_qr", "No QR is shown. Press Activate first.")
		return
	}
	var device string
	if err == nil {
		device, err = p.o.Simulator.Scan(r.Context(), shopNumber, st.QR)
	}
	if err != nil {
		problem(w, http.StatusBadGateway, "scan_failed", err.Error())
		return
	}
	reply(w, http.StatusOK, map[string]string{"device": device})
}

func (p phonePage) messages(w http.ResponseWriter, r *http.Request) {
	var after int64
	if _, err := fmt.Sscan(r.FormValue("after"), &after); err != nil && r.FormValue("after") != "" {
		problem(w, http.StatusUnprocessableEntity, "invalid_after", "after is a number.")
		return
	}
	screen, err := p.o.Simulator.Screen(r.FormValue("customer"), shopNumber, after)
	if err != nil {
		problem(w, http.StatusNotFound, "no_customer", err.Error())
		return
	}
	typing, err := p.o.Simulator.Typing(r.FormValue("customer"), shopNumber)
	if err != nil {
		problem(w, http.StatusNotFound, "no_customer", err.Error())
		return
	}
	reply(w, http.StatusOK, map[string]any{"messages": screen, "typing": typing.Now})
}

func (p phonePage) send(w http.ResponseWriter, r *http.Request) {
	var body struct{ Customer, Text string }
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	in.DisallowUnknownFields()
	if err := in.Decode(&body); err != nil || body.Text == "" {
		problem(w, http.StatusUnprocessableEntity, "invalid_body", "The body is {customer, text}.")
		return
	}
	id, err := p.o.Simulator.Send(r.Context(), body.Customer, wasim.Draft{To: shopNumber, Text: body.Text})
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
	_ = json.NewEncoder(w).Encode(v) // the client has gone
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "detail": detail}) // as above
}
