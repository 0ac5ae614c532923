package redis

import (
	"context"
	_ "embed" // the script
	"fmt"

	"recado/internal/signalstore/kv"
)

//go:embed scripts/incarnation.lua
var incarnationSource string

// Incarnation implements kv.ServerIdentity. It is a script for the sake of its key: in a Cluster it is answered by
// the server that has the device.
func (s *Signal) ServerIdentity(ctx context.Context, key kv.DeviceKey) (string, error) {
	name, err := runScript(ctx, s.conn, s.incarnation, []string{metaKey(key)}, nil).ToString()
	if err != nil {
		return "", fmt.Errorf("ask which Redis this is: %w", err)
	}
	if len(name) < 10 { // a server of another make that tells neither
		return "", nil
	}
	return name, nil
}

var _ kv.ServerIdentity = (*Signal)(nil)
