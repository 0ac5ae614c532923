package wasim

import (
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

// Handler serves the control API, the WebSocket of clients and the media hosts.
func (s *Server) Handler() http.Handler {
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
	s.route(mux, "GET /v1/phones", s.getPhones)
	s.route(mux, "PUT /v1/phones/{number}", s.putPhone)
	s.route(mux, "GET /v1/phones/{number}", s.getPhone)
	s.route(mux, "POST /v1/phones/{number}/scan", s.postScan)
	s.route(mux, "POST /v1/phones/{number}/pair", s.postPair)
	s.route(mux, "DELETE /v1/phones/{number}/devices", s.deleteDevices)
	s.route(mux, "POST /v1/phones/{number}/messages", s.postMessage)
	s.route(mux, "GET /v1/phones/{number}/messages", s.getMessages)
	s.route(mux, "GET /v1/phones/{number}/typing", s.getTyping)
	s.route(mux, "POST /v1/phones/{number}/calls", s.postCall)
	s.route(mux, "POST /v1/phones/{number}/read", s.postRead)
	s.route(mux, "GET /v1/phones/{number}/problems", s.getProblems)
	s.route(mux, "POST /v1/faults", s.postFault)
	s.route(mux, "GET /v1/faults", func(*http.Request) (int, any, error) { return http.StatusOK, s.Faults(), nil })
	s.route(mux, "DELETE /v1/faults", func(*http.Request) (int, any, error) { s.ClearFaults(); return http.StatusNoContent, nil, nil })
	s.route(mux, "GET /v1/stats", func(*http.Request) (int, any, error) { return http.StatusOK, s.Stats(), nil })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, &Error{Code: "not_found", Status: http.StatusNotFound, Message: "There is nothing here. The calls are in docs/wasim.md."})
	})
	return mux
}

// route serves one call of the control API. A page of another site that the
// user's browser shows must not reach it.
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
		return invalid("invalid_body", "There is something behind the JSON object of the body.")
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
	Available bool   `json:"available"` // says that somebody uses it: the phone does not ring meanwhile
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

func (s *Server) getPhones(*http.Request) (int, any, error) {
	out := []Phone{}
	for _, a := range s.allAccounts() {
		out = append(out, a.phone.describeSelf())
	}
	return http.StatusOK, out, nil
}

func (s *Server) getPhone(r *http.Request) (int, any, error) {
	p, err := s.Phone(r.PathValue("number"))
	return http.StatusOK, p, err
}

func (s *Server) putPhone(r *http.Request) (int, any, error) {
	var set PhoneSettings
	if err := decode(r, &set); err != nil {
		return 0, nil, err
	}
	if _, err := s.PutPhone(r.PathValue("number"), set); err != nil {
		return 0, nil, err
	}
	p, err := s.Phone(r.PathValue("number"))
	return http.StatusCreated, p, err
}

func (s *Server) postScan(r *http.Request) (int, any, error) {
	var in struct {
		QR string `json:"qr"`
	}
	if err := decode(r, &in); err != nil {
		return 0, nil, err
	}
	device, err := s.Scan(r.Context(), r.PathValue("number"), in.QR)
	return http.StatusOK, map[string]string{"device": device}, err
}

func (s *Server) postPair(r *http.Request) (int, any, error) {
	var in struct {
		Code string `json:"code"`
	}
	if err := decode(r, &in); err != nil {
		return 0, nil, err
	}
	device, err := s.Pair(r.Context(), r.PathValue("number"), in.Code)
	return http.StatusOK, map[string]string{"device": device}, err
}

func (s *Server) deleteDevices(r *http.Request) (int, any, error) {
	n, err := s.Unlink(r.PathValue("number"))
	return http.StatusOK, map[string]int{"unlinked": n}, err
}

func (s *Server) postMessage(r *http.Request) (int, any, error) {
	var d Draft
	if err := decode(r, &d); err != nil {
		return 0, nil, err
	}
	id, err := s.Send(r.Context(), r.PathValue("number"), d)
	return http.StatusAccepted, map[string]string{"id": id}, err
}

func (s *Server) postCall(r *http.Request) (int, any, error) {
	var c Call
	if err := decode(r, &c); err != nil {
		return 0, nil, err
	}
	id, err := s.Ring(r.Context(), r.PathValue("number"), c)
	return http.StatusAccepted, map[string]string{"id": id}, err
}

func (s *Server) getMessages(r *http.Request) (int, any, error) {
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

func (s *Server) postRead(r *http.Request) (int, any, error) {
	var in struct {
		With string `json:"with"`
	}
	if err := decode(r, &in); err != nil {
		return 0, nil, err
	}
	return http.StatusAccepted, struct{}{}, s.MarkRead(r.Context(), r.PathValue("number"), in.With)
}

func (s *Server) getProblems(r *http.Request) (int, any, error) {
	out, err := s.Problems(r.PathValue("number"))
	return http.StatusOK, out, err
}

func (s *Server) postFault(r *http.Request) (int, any, error) {
	var f Fault
	if err := decode(r, &f); err != nil {
		return 0, nil, err
	}
	id, err := s.Fault(f)
	return http.StatusCreated, map[string]int{"id": id}, err
}
