package txn

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/signalstore/kv"
)

// ErrNotEncrypted means that a direct message left without being encrypted for any device of its recipient: repeat it with
// the same id.
var ErrNotEncrypted = errors.New("message was encrypted for no device of its recipient")

// Error is a failure of the store itself, as opposed to an answer like "no such session".
//
// It satisfies errors.Is(err, context.Canceled). whatsmeow treats every other error of a store during decryption as the
// sender's fault: it asks for a retry and acknowledges the message, which loses it. After Canceled it stays silent, and
// WhatsApp delivers the message again. Use errors.As to tell an Error from a real cancellation.
type Error struct {
	Key kv.DeviceKey
	Op  string // "read", "write", "decrypt", …
	Err error
}

func (e *Error) Error() string { return fmt.Sprintf("device %s: %s: %v", e.Key, e.Op, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports true for context.Canceled, see the type's comment.
func (e *Error) Is(target error) bool { return target == context.Canceled }
