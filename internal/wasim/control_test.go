package wasim_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.mau.fi/whatsmeow/types/events"
)

// call makes one control request and returns status and body.
func call(t *testing.T, sim *wasimtest.Sim, method, path, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, sim.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := sim.HTTPClient().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(out)
}

func TestControlRefusals(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	phone := "/v1/phones/" + shopNumber
	key := strings.Repeat("A", 43) + "="
	for _, tc := range []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"unknown path", "GET", "/v2/phones", "", 404, "not_found"},
		{"number too short", "PUT", "/v1/phones/123", `{"name":"X"}`, 422, "invalid_number"},
		{"number with letters", "PUT", "/v1/phones/54911abc5555", `{"name":"X"}`, 422, "invalid_number"},
		{"number with zero", "PUT", "/v1/phones/0549115555", `{"name":"X"}`, 422, "invalid_number"},
		{"unknown setting", "PUT", phone, `{"nome":"X"}`, 422, "invalid_body"},
		{"setting of wrong type", "PUT", phone, `{"name":7}`, 422, "invalid_body"},
		{"unknown addressing", "PUT", phone, `{"name":"X","addressing":"sms"}`, 422, "invalid_addressing"},
		{"no body", "PUT", phone, ``, 400, "invalid_body"},
		{"two objects", "PUT", phone, `{"name":"X"}{}`, 422, "invalid_body"},
		{"no phone", "GET", "/v1/phones/5491100000000", "", 404, "no_phone"},
		{"scan without phone", "POST", "/v1/phones/5491100000000/scan", `{"qr":"x"}`, 404, "no_phone"},
		{"scan of nonsense", "POST", phone + "/scan", `{"qr":"hello"}`, 422, "invalid_qr"},
		{"scan of a short key", "POST", phone + "/scan", `{"qr":"2@ref,AAAA,` + key + `,` + key + `"}`, 422, "invalid_qr"},
		{"scan of an old code", "POST", phone + "/scan", `{"qr":"2@ref,` + key + `,` + key + `,` + key + `"}`, 410, "qr_expired"},
		{"scan of an old code as a link", "POST", phone + "/scan", `{"qr":"https://wa.me/settings/linked_devices#2@ref,` + key + `,` + key + `,` + key + `,1"}`, 410, "qr_expired"},
		{"pair with nonsense", "POST", phone + "/pair", `{"code":"12"}`, 422, "invalid_code"},
		{"pair with no device", "POST", phone + "/pair", `{"code":"ABCD-1234"}`, 410, "code_expired"},
		{"unlink without phone", "DELETE", "/v1/phones/5491100000000/devices", "", 404, "no_phone"},
		{"message to nobody", "POST", phone + "/messages", `{"to":"5491100000000","text":"x"}`, 404, "no_recipient"},
		{"empty message", "POST", phone + "/messages", `{"to":"` + anaNumber + `"}`, 422, "invalid_message"},
		{"two kinds", "POST", phone + "/messages", `{"to":"` + anaNumber + `","text":"x","poll":{"question":"?","options":["a","b"]}}`, 422, "invalid_message"},
		{"text too long", "POST", phone + "/messages", `{"to":"` + anaNumber + `","text":"` + strings.Repeat("x", 70_000) + `"}`, 422, "invalid_message"},
		{"media of no kind", "POST", phone + "/messages", `{"to":"` + anaNumber + `","media":{"kind":"hologram"}}`, 422, "invalid_message"},
		{"poll with one option", "POST", phone + "/messages", `{"to":"` + anaNumber + `","poll":{"question":"?","options":["a"]}}`, 422, "invalid_message"},
		{"reaction to nothing", "POST", phone + "/messages", `{"to":"` + anaNumber + `","reaction":{"emoji":"x"}}`, 422, "invalid_message"},
		{"after is no number", "GET", phone + "/messages?after=x", "", 422, "invalid_after"},
		{"read without phone", "POST", phone + "/read", `{"with":"5491100000000"}`, 404, "no_phone"},
		{"problems without phone", "GET", "/v1/phones/5491100000000/problems", "", 404, "no_phone"},
		{"unknown fault", "POST", "/v1/faults", `{"kind":"flood"}`, 422, "invalid_fault"},
		{"fault without phone", "POST", "/v1/faults", `{"kind":"disconnect","number":"5491100000000"}`, 404, "no_phone"},
		{"duration as a number", "POST", "/v1/faults", `{"kind":"latency","delay":5}`, 422, "invalid_body"},
		{"upload under a wrong name", "POST", "/mms/image/abc", "data", 400, "wrong_hash"},
		{"download of nothing", "GET", "/v/t62/abc?x=1&hash=2", "", 404, "no_media"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			status, body := call(t, sim, tc.method, tc.path, tc.body)
			var e struct{ Code, Message string }
			if err := json.Unmarshal([]byte(body), &e); err != nil {
				t.Fatalf("%d %s: %v", status, body, err)
			}
			if status != tc.status || e.Code != tc.code || e.Message == "" {
				t.Errorf("%d %s, want %d %s", status, body, tc.status, tc.code)
			}
		})
	}
}

// The contract, over HTTP: link, write, look, unlink.
func TestControl(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	want := func(method, path, body string, status int) string {
		t.Helper()
		got, out := call(t, sim, method, path, body)
		if got != status {
			t.Fatalf("%s %s: %d %s, want %d", method, path, got, out, status)
		}
		return out
	}
	want("GET", "/healthz", "", 200)
	if got := want("GET", "/root", "", 200); got != fmt.Sprintf("{\"root\":%q}\n", hex.EncodeToString(sim.Root())) {
		t.Errorf("root: %s", got)
	}
	want("PUT", "/v1/phones/"+shopNumber, `{"name":"Shop"}`, 201)
	want("PUT", "/v1/phones/"+anaNumber, `{"name":"Ana","reads":true}`, 201)
	c := sim.Client(wasimtest.NewDevice())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	qr := wasimtest.Await[*events.QR](c, nil).Codes[0]
	if got := want("POST", "/v1/phones/"+shopNumber+"/scan", fmt.Sprintf(`{"qr":%q}`, qr), 200); got != `{"device":"`+shopNumber+`:1@s.whatsapp.net"}`+"\n" {
		t.Errorf("scan: %s", got)
	}
	c.LogIn()

	var sent struct{ ID string }
	decode(t, want("POST", "/v1/phones/"+anaNumber+"/messages", `{"to":"`+shopNumber+`","text":"hola","id":"MINE"}`, 202), &sent)
	if sent.ID != "MINE" {
		t.Errorf("id %q", sent.ID)
	}
	answer := reply(t, c, c.Text("hola").Info.Chat, "buenas")
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana", Reads: true})
	ana.WaitText("buenas")
	sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"}).WaitStatus(answer, wasim.StatusRead)

	var screen []map[string]any
	decode(t, want("GET", "/v1/phones/"+anaNumber+"/messages?with="+shopNumber+"&after=0", "", 200), &screen)
	if len(screen) != 2 {
		t.Fatalf("screen %v", screen)
	}
	for _, field := range []string{"seq", "id", "fromMe", "from", "text", "kind", "at", "status", "copies"} {
		if _, ok := screen[0][field]; !ok {
			t.Errorf("field %s is missing in %v", field, screen[0])
		}
	}
	if screen[0]["status"] != "delivered" || screen[0]["fromMe"] != true || screen[1]["text"] != "buenas" || screen[1]["from"] != shopNumber || screen[1]["copies"] != 1.0 {
		t.Errorf("screen %v", screen)
	}
	decode(t, want("GET", fmt.Sprintf("/v1/phones/%s/messages?after=%v", anaNumber, screen[0]["seq"]), "", 200), &screen)
	if len(screen) != 1 {
		t.Errorf("after the first: %v", screen)
	}
	if got := want("GET", "/v1/phones/"+anaNumber+"/problems", "", 200); got != "[]\n" {
		t.Errorf("problems %s", got)
	}
	want("POST", "/v1/faults", `{"kind":"latency","number":"`+shopNumber+`","delay":"10ms","for":"1h"}`, 201)
	if got := want("GET", "/v1/faults", "", 200); !strings.Contains(got, `"for":"1h0m0s"`) {
		t.Errorf("faults %s", got)
	}
	want("DELETE", "/v1/faults", "", 204)
	var stats wasim.Stats
	decode(t, want("GET", "/v1/stats", "", 200), &stats)
	if stats.Connections != 1 || stats.Devices != 1 || stats.Phones != 2 || stats.Stanzas.In == 0 || stats.Bytes.Out == 0 || len(stats.Unknown) != 0 {
		t.Errorf("stats %+v", stats)
	}
	want("DELETE", "/v1/phones/"+shopNumber+"/devices", "", 200)
	wasimtest.Await[*events.LoggedOut](c, nil)
}

func decode(t *testing.T, body string, into any) {
	t.Helper()
	if err := json.NewDecoder(bytes.NewReader([]byte(body))).Decode(into); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
}

func TestForeignPagesAreRefused(t *testing.T) {
	t.Parallel()
	sim := wasimtest.Start(t, wasim.Options{})
	for origin, status := range map[string]int{
		"https://evil.example": 403, "http://127.0.0.1.evil.example": 403, "null": 403,
		"http://localhost:8080": 200, "http://127.0.0.1:7480": 200, "http://[::1]:1": 200,
	} {
		if got, body := call(t, sim, "GET", "/v1/stats", "", "Origin", origin); got != status {
			t.Errorf("origin %s: %d %s, want %d", origin, got, body, status)
		}
	}
}

func TestOnlyLoopback(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0", "nonsense"} {
		if s, err := wasim.Start(context.Background(), wasim.Options{Listen: addr}); err == nil {
			t.Errorf("it serves %s", addr)
			_ = s.Close(context.Background())
		}
	}
}

func TestContextEndsTheSimulator(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s, err := wasim.Start(ctx, wasim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := s.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(s.URL() + "/healthz"); err == nil {
		t.Error("it still serves")
	}
}
