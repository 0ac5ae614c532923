package wasim

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Error is a refusal with a stable code; the control API answers it as
// {"code","message"} with the status.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Status  int    `json:"-"`
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Is makes two errors with the same code equal to errors.Is.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// The refusals that tests look for with errors.Is.
var (
	ErrNoPhone     = &Error{Code: "no_phone", Status: http.StatusNotFound, Message: "There is no such phone. Create it with PUT /v1/phones/{number}."}
	ErrQRExpired   = &Error{Code: "qr_expired", Status: http.StatusGone, Message: "This QR code is no longer shown by any device."}
	ErrCodeExpired = &Error{Code: "code_expired", Status: http.StatusGone, Message: "No device is waiting for a pairing code of this number."}
	ErrWrongCode   = &Error{Code: "wrong_code", Status: http.StatusUnprocessableEntity, Message: "This is not the code that the device shows."}
	ErrRefused     = &Error{Code: "pair_refused", Status: http.StatusConflict, Message: "The device refused to be linked."}
	ErrPairTimeout = &Error{Code: "pair_timeout", Status: http.StatusGatewayTimeout, Message: "The device did not answer in time."}
)

func invalid(code, message string) error {
	return &Error{Code: code, Message: message, Status: http.StatusUnprocessableEntity}
}

func writeError(w http.ResponseWriter, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Code: "internal", Message: err.Error(), Status: http.StatusInternalServerError}
	}
	writeJSON(w, e.Status, "application/problem+json", e)
}

func writeJSON(w http.ResponseWriter, status int, kind string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may have disconnected
}
