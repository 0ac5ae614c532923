package signalstore

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/signalstore/kv"
)

var (
	// ErrClosed is the cause of errors of a device that was closed.
	ErrClosed = errors.New("device is closed")
	// ErrOpen refuses a second opening of a device by the same store.
	ErrOpen = errors.New("device is already open")
	// ErrNotEncrypted means that a direct message went out encrypted for nobody: repeat it with the same id.
	ErrNotEncrypted = errors.New("message was encrypted for no device of its recipient")
)

// Error is a failure of the store itself, as opposed to an answer like "no such session".
//
// It satisfies errors.Is(err, context.Canceled). whatsmeow treats every other error of a store during decryption as the
// sender's fault: it asks for a retry and acknowledges the message, which loses it. After Canceled it stays silent, and
// WhatsApp delivers the message again. Use errors.As to tell an Error from a real cancellation.
type Error struct {
	Key kv.DeviceKey
	Op  string // what was tried
	Err error
}

func (e *Error) Error() string { return fmt.Sprintf("device %s: %s: %v", e.Key, e.Op, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports true for context.Canceled, see the type's comment.
func (e *Error) Is(target error) bool { return target == context.Canceled }
