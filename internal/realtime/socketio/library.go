package socketio

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"runtime"

	"github.com/zishang520/socket.io/servers/engine/v3/transports"
	"github.com/zishang520/socket.io/servers/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/queue"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

// Repairs of the library that need its private fields. The version is pinned,
// checkLibrary refuses another shape, and each repair has a test in package realtime
// that fails without it.
//
// Leak: the library sets a finalizer on the task queue of every socket and
// transport. The queue's tasks refer to the socket, which refers to the queue: a
// cycle with a finalizer is never collected, so each connection, refused ones too,
// leaked about 20 KB. The finalizer only closes the queue, as the library does at
// every end anyway, so dropFinalizer removes it. (TestNoLeak)
//
// Hasty client: the library notifies a client of its connection before it registers
// the socket, and disconnects a client that sends in between. registerEarly
// registers it before. (TestHastyClients)

const (
	socketQueue    = "taskQueue"
	transportQueue = "writeQueue"
	namespaces     = "nsps"
)

var errShape = errors.New("the Socket.IO library is not the version whose faults are repaired here")

// checkLibrary returns an error if one of the private fields has moved.
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

// private returns the *T in a private field of the struct that holder points to; nil
// if the field is not set yet.
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

// dropFinalizer removes the finalizer from the queue of a socket or transport.
func dropFinalizer(holder any, field string) error {
	q, err := private[queue.Queue](holder, field)
	if err != nil || q == nil {
		return err
	}
	runtime.SetFinalizer(q, nil)
	return nil
}

// leakFree builds transports without that finalizer.
type leakFree struct {
	transports.TransportCtor
	log *slog.Logger
}

func (l leakFree) New(ctx *types.HttpContext) transports.Transport {
	t := l.TransportCtor.New(ctx)
	holder := any(t)
	if p, ok := t.(*polling); ok {
		holder = p.Polling
	}
	if err := dropFinalizer(holder, transportQueue); err != nil { // checkLibrary saw its shape
		l.log.Error("transport not released", "error", err)
	}
	return t
}

// registerEarly registers a socket with its client's connection.
func registerEarly(s *socket.Socket) error {
	sockets, err := private[types.Map[string, *socket.Socket]](s.Client(), namespaces)
	if err != nil || sockets == nil {
		return err
	}
	sockets.Store(s.Nsp().Name(), s)
	return nil
}
