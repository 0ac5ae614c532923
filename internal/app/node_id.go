package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// claimNode returns the name of this node: the same whenever a process starts on
// this data folder, so that it has its shops back at once after a crash. The
// name belongs to whoever locks the file; a second process on the folder has a
// name of its own, which ends with it.
func claimNode(dir string) (name string, release func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "node.id"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", nil, fmt.Errorf("name this node: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return newNode(), f.Close, nil
	}
	if err == nil {
		name, err = nodeIn(f)
	}
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("name this node: %w", err), f.Close())
	}
	return name, f.Close, nil
}

// nodeIn returns the name in f, which has one from now on.
func nodeIn(f *os.File) (string, error) {
	text, err := io.ReadAll(f)
	if err != nil {
		return "", err
	}
	if name := strings.TrimSpace(string(text)); name != "" {
		return name, nil
	}
	name := newNode()
	_, err = f.WriteAt([]byte(name+"\n"), 0)
	return name, errors.Join(err, f.Sync())
}

func newNode() string { return hostName() + "-" + strings.ToLower(rand.Text()[:8]) }

func hostName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "recado"
	}
	return name
}
