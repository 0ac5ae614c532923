package message

import (
	"errors"
	"fmt"
	"time"
)

// SendError is the refusal of an Out: whether to try again, and the code that the
// shop reads. Codes are stable: "not_connected",
// "not_on_whatsapp", "rate_limited", "account_locked", "media_failed",
// "invalid_content", "unsupported", "rejected".
type SendError struct {
	Code  string
	Retry bool          // the same Out, with the same id, may succeed later
	After time.Duration // not before; 0 lets the caller choose its back-off
	Err   error
}

func (e *SendError) Error() string {
	if e.Err == nil {
		return "send: " + e.Code
	}
	return fmt.Sprintf("send: %s: %v", e.Code, e.Err)
}

func (e *SendError) Unwrap() error { return e.Err }

// AsSendError classifies err: a SendError as it is, anything else as an unknown
// outcome, which is retried under the same id.
func AsSendError(err error) *SendError {
	if e, ok := errors.AsType[*SendError](err); ok {
		return e
	}
	return &SendError{Code: "unknown", Retry: true, Err: err}
}
