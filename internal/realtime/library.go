package realtime

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"

	"github.com/zishang520/socket.io/servers/engine/v3/transports"
	"github.com/zishang520/socket.io/servers/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/queue"
)

// The library gives every socket and every transport a task queue and sets a
// finalizer on it. The queue's tasks refer to the socket, which refers to the
// queue: a cycle with a finalizer is never collected, so each connection,
// refused ones too, left about 20 KB behind. The finalizer would only close the
// queue, which the library does on every way out anyway; so it is taken off.
// The queues are private fields, which is why the version is pinned, why
// checkLibrary refuses to start on another shape, and why TestNoLeak measures.

const (
	socketQueue    = "taskQueue"
	transportQueue = "writeQueue"
)

var errShape = errors.New("the Socket.IO library has another shape than the one its leak was cured for")

// checkLibrary returns an error when a queue is not where it was.
func checkLibrary() error {
	for _, holder := range []struct {
		of    any
		field string
	}{
		{new(socket.Socket), socketQueue},
		{transports.MakeWebSocket(), transportQueue},
		{transports.MakePolling(), transportQueue},
	} {
		if _, err := queueOf(holder.of, holder.field); err != nil {
			return err
		}
	}
	return nil
}

// queueOf returns the queue in the private field of the struct that holder
// points to; nil when the field is not set yet.
func queueOf(holder any, field string) (*queue.Queue, error) {
	v := reflect.ValueOf(holder)
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil, nil
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%w: %T is no struct", errShape, holder)
	}
	f := v.FieldByName(field)
	if !f.IsValid() || f.Type() != reflect.TypeFor[*queue.Queue]() {
		return nil, fmt.Errorf("%w: %T.%s", errShape, holder, field)
	}
	return (*queue.Queue)(f.UnsafePointer()), nil
}

// release takes the finalizer off the queue of a socket or transport.
func release(holder any, field string) error {
	q, err := queueOf(holder, field)
	if err != nil || q == nil {
		return err
	}
	runtime.SetFinalizer(q, nil)
	return nil
}
