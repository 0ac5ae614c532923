package recovery

import (
	"sync"
	"time"

	waLog "go.mau.fi/whatsmeow/util/log"

	"recado/internal/signalstore/kv"
)

// Options are the settings of a Guard.
type Options struct {
	MayLose   time.Duration // how much of its last work the back end can lose; 0 turns recovery off
	Now       func() time.Time
	Log       waLog.Logger
	Handovers *Handovers
}

// Guard stands between one open device and its back end. Claim, Apply, Replay and SaveForHandover must not overlap; the
// device's transaction manager calls them one at a time.
type Guard struct {
	backend kv.Backend
	key     kv.DeviceKey
	epoch   uint64
	o       Options

	log     replayLog
	inDoubt *kv.Apply // the apply that broke the device and may have been done

	mu         sync.Mutex
	maybeStale bool            // the stored values may be older than those of the last owner
	fresh      map[kv.Ref]bool // written by this owner since, where maybeStale
}

// New returns the guard of a device that is to be claimed for epoch.
func New(backend kv.Backend, key kv.DeviceKey, epoch uint64, o Options) *Guard {
	return &Guard{backend: backend, key: key, epoch: epoch, o: o}
}
