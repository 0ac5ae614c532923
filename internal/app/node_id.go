package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// claimNode returns the name of this node: the same at every start on this data
// folder, so that after a crash the node gets its shops back at once. The process
// that locks the file has the name; a second process on the folder gets a name of
// its own, which ends with it.
func claimNode(dir string) (name string, release func() error, err error) {
	f, err := lockFile(filepath.Join(dir, "node.id"))
	switch {
	case errors.Is(err, errInUse):
		return newNode(), f.Close, nil
	case err != nil:
		return "", nil, fmt.Errorf("name this node: %w", err)
	}
	if name, err = nodeIn(f); err != nil {
		return "", nil, errors.Join(fmt.Errorf("name this node: %w", err), f.Close())
	}
	return name, f.Close, nil
}

// nodeIn returns the name in f and writes a new one into an empty file.
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
