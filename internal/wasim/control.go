package wasim

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
)

// maxBody bounds a control request: a message with a file of maxMedia in base64.
const maxBody = maxMedia*4/3 + 1<<16

// controlAPI holds the handlers of the control API.
type controlAPI struct{ *Server }

// Handler serves the control API, the WebSocket of clients and the media hosts.
func (s *Server) Handler() http.Handler {
	api := controlAPI{s}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws/chat", s.serveChat)
	mux.HandleFunc("POST /mms/{kind}/{token}", s.upload)
	mux.HandleFunc("DELETE /mms/{kind}/{token}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET "+mediaPath+"{token}", s.download)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
	})
	s.route(mux, "GET /root", func(*http.Request) (int, any, error) {
		return http.StatusOK, map[string]string{"root": hex.EncodeToString(s.Root())}, nil
	})
	s.route(mux, "GET /v1/phones", api.getPhones)
	s.route(mux, "PUT /v1/phones/{number}", withBody(http.StatusCreated, api.putPhone))
	s.route(mux, "GET /v1/phones/{number}", api.getPhone)
	s.route(mux, "POST /v1/phones/{number}/scan", withBody(http.StatusOK, api.postScan))
	s.route(mux, "POST /v1/phones/{number}/pair", withBody(http.StatusOK, api.postPair))
	s.route(mux, "DELETE /v1/phones/{number}/devices", api.deleteDevices)
	s.route(mux, "POST /v1/phones/{number}/messages", withBody(http.StatusAccepted, api.postMessage))
	s.route(mux, "GET /v1/phones/{number}/messages", api.getMessages)
	s.route(mux, "GET /v1/phones/{number}/typing", api.getTyping)
	s.route(mux, "POST /v1/phones/{number}/calls", withBody(http.StatusAccepted, api.postCall))
	s.route(mux, "POST /v1/phones/{number}/read", withBody(http.StatusAccepted, api.postRead))
	s.route(mux, "GET /v1/phones/{number}/problems", api.getProblems)
	s.route(mux, "POST /v1/faults", withBody(http.StatusCreated, api.postFault))
	s.route(mux, "GET /v1/faults", func(*http.Request) (int, any, error) { return http.StatusOK, s.Faults(), nil })
	s.route(mux, "DELETE /v1/faults", func(*http.Request) (int, any, error) { s.ClearFaults(); return http.StatusNoContent, nil, nil })
	s.route(mux, "GET /v1/stats", func(*http.Request) (int, any, error) { return http.StatusOK, s.Stats(), nil })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, &Error{Code: "not_found", Status: http.StatusNotFound, Message: "No such call. docs/wasim.md lists the calls."})
	})
	return mux
}

// route serves one call of the control API, except to pages of other sites in the
// user's browser.
func (s *Server) route(mux *http.ServeMux, pattern string, call func(*http.Request) (int, any, error)) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if !localOrigin(r.Header.Get("Origin")) {
			writeError(w, &Error{Code: "foreign_origin", Status: http.StatusForbidden, Message: "Pages of other sites may not use the simulator."})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		status, reply, err := call(r)
		switch {
		case err != nil:
			writeError(w, err)
		case reply == nil:
			w.WriteHeader(status)
		default:
			writeJSON(w, status, "application/json", reply)
		}
	})
}

// withBody is a call that takes a JSON body and answers with status.
func withBody[T any](status int, call func(ctx context.Context, number string, body T) (any, error)) func(*http.Request) (int, any, error) {
	return func(r *http.Request) (int, any, error) {
		var body T
		if err := decode(r, &body); err != nil {
			return 0, nil, err
		}
		reply, err := call(r.Context(), r.PathValue("number"), body)
		return status, reply, err
	}
}

func localOrigin(origin string) bool {
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && (u.Hostname() == "localhost" || loopback(net.JoinHostPort(u.Hostname(), "0")) == nil)
}

// decode reads a JSON body of exactly the given fields.
func decode(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var big *http.MaxBytesError
		switch {
		case errors.As(err, &big):
			return &Error{Code: "too_large", Status: http.StatusRequestEntityTooLarge, Message: "The body is too large."}
		case errors.Is(err, io.EOF):
			return &Error{Code: "invalid_body", Status: http.StatusBadRequest, Message: "The body is empty; it is a JSON object."}
		default:
			return invalid("invalid_body", fmt.Sprintf("The body is not what this call takes: %v.", err))
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return invalid("invalid_body", "The body has data after its JSON object.")
	}
	return nil
}

// Phone describes one phone.
type Phone struct {
	Number  string   `json:"number"`
	LID     string   `json:"lid"`
	Devices []Device `json:"devices"`
	PhoneSettings
}

// Device describes one linked device.
type Device struct {
	Device    string `json:"device"` // JID
	Connected bool   `json:"connected"`
	Available bool   `json:"available"` // in use: the real server does not notify the phone
	Unacked   int    `json:"unacked"`
}

// Phone returns what is known of one phone.
func (s *Server) Phone(number string) (Phone, error) {
	p, err := s.phone(number)
	if err != nil {
		return Phone{}, err
	}
	return p.describeSelf(), nil
}

func (p *phone) describeSelf() Phone {
	out := Phone{Number: p.acc.number, LID: p.acc.lid, PhoneSettings: p.settings(), Devices: []Device{}}
	for _, c := range p.acc.linked() {
		out.Devices = append(out.Devices, Device{Device: c.addr().String(), Connected: c.connection() != nil, Available: c.available(), Unacked: c.unacked()})
	}
	return out
}

func (s controlAPI) getPhones(*http.Request) (int, any, error) {
	out := []Phone{}
	for _, a := range s.allAccounts() {
		out = append(out, a.phone.describeSelf())
	}
	return http.StatusOK, out, nil
}

func (s controlAPI) getPhone(r *http.Request) (int, any, error) {
	p, err := s.Phone(r.PathValue("number"))
	return http.StatusOK, p, err
}

func (s controlAPI) putPhone(_ context.Context, number string, set PhoneSettings) (any, error) {
	if _, err := s.PutPhone(number, set); err != nil {
		return nil, err
	}
	return s.Phone(number)
}

type scanRequest struct {
	QR string `json:"qr"`
}

func (s controlAPI) postScan(ctx context.Context, number string, in scanRequest) (any, error) {
	device, err := s.Scan(ctx, number, in.QR)
	return map[string]string{"device": device}, err
}

type pairRequest struct {
	Code string `json:"code"`
}

func (s controlAPI) postPair(ctx context.Context, number string, in pairRequest) (any, error) {
	device, err := s.Pair(ctx, number, in.Code)
	return map[string]string{"device": device}, err
}

func (s controlAPI) deleteDevices(r *http.Request) (int, any, error) {
	n, err := s.Unlink(r.PathValue("number"))
	return http.StatusOK, map[string]int{"unlinked": n}, err
}

func (s controlAPI) postMessage(ctx context.Context, number string, d Draft) (any, error) {
	id, err := s.Send(ctx, number, d)
	return map[string]string{"id": id}, err
}

func (s controlAPI) postCall(ctx context.Context, number string, c Call) (any, error) {
	id, err := s.Ring(ctx, number, c)
	return map[string]string{"id": id}, err
}

func (s controlAPI) getMessages(r *http.Request) (int, any, error) {
	after := int64(0)
	if v := r.URL.Query().Get("after"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			return 0, nil, invalid("invalid_after", "Query after is the seq of a message.")
		}
		after = n
	}
	out, err := s.Screen(r.PathValue("number"), r.URL.Query().Get("with"), after)
	return http.StatusOK, out, err
}

type readRequest struct {
	With string `json:"with"`
}

func (s controlAPI) postRead(ctx context.Context, number string, in readRequest) (any, error) {
	return struct{}{}, s.MarkRead(ctx, number, in.With)
}

func (s controlAPI) getProblems(r *http.Request) (int, any, error) {
	out, err := s.Problems(r.PathValue("number"))
	return http.StatusOK, out, err
}

func (s controlAPI) postFault(_ context.Context, _ string, f Fault) (any, error) {
	id, err := s.Fault(f)
	return map[string]int{"id": id}, err
}
