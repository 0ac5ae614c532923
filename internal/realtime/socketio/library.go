package realtime

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"

	"github.com/zishang520/socket.io/servers/engine/v3/transports"
	"github.com/zishang520/socket.io/servers/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/queue"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

// Cures of the Socket.IO library that need its private fields. The version is
// pinned, checkLibrary refuses to start on another shape, and each cure has a
// test that fails without it.
//
// The leak: the library gives every socket and every transport a task queue and
// sets a finalizer on it. The queue's tasks refer to the socket, which refers to
// the queue: a cycle with a finalizer is never collected, so each connection,
// refused ones too, left about 20 KB behind. The finalizer would only close the
// queue, which the library does on every way out anyway; so it is taken off.
// (TestNoLeak)
//
// The hasty client: the library tells a client that it is in before it notes
// that itself, and cuts off whoever says something in between. So it is noted
// before. (TestHastyClients)

const (
	socketQueue    = "taskQueue"
	transportQueue = "writeQueue"
	namespaces     = "nsps"
)

var errShape = errors.New("the Socket.IO library has another shape than the one its faults were cured for")

// checkLibrary returns an error when a field is not where it was.
func checkLibrary() error {
	for _, holder := range []struct {
		of    any
		field string
	}{
		{new(socket.Socket), socketQueue},
		{transports.MakeWebSocket(), transportQueue},
		{transports.MakePolling(), transportQueue},
	} {
		if _, err := private[queue.Queue](holder.of, holder.field); err != nil {
			return err
		}
	}
	_, err := private[types.Map[string, *socket.Socket]](socket.MakeClient(), namespaces)
	return err
}

// private returns the *T in the private field of the struct that holder points
// to; nil when the field is not set yet.
func private[T any](holder any, field string) (*T, error) {
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
	if !f.IsValid() || f.Type() != reflect.TypeFor[*T]() {
		return nil, fmt.Errorf("%w: %T.%s", errShape, holder, field)
	}
	return (*T)(f.UnsafePointer()), nil
}

// release takes the finalizer off the queue of a socket or transport.
func release(holder any, field string) error {
	q, err := private[queue.Queue](holder, field)
	if err != nil || q == nil {
		return err
	}
	runtime.SetFinalizer(q, nil)
	return nil
}

// note has the client's connection know its socket.
func note(s *socket.Socket) error {
	known, err := private[types.Map[string, *socket.Socket]](s.Client(), namespaces)
	if err != nil || known == nil {
		return err
	}
	known.Store(s.Nsp().Name(), s)
	return nil
}
