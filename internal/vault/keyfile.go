package vault

import (
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const keyBlock = "RECADO SECRET KEY"

// MasterFromFile reads the master key of a single node, and creates it (mode 0600) the first time. A file that
// others may read is refused.
func MasterFromFile(path string) (Master, error) {
	m, err := ReadMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	if err := writeKey(path); err != nil {
		return Master{}, fmt.Errorf("make secret key: %w", err)
	}
	return ReadMaster(path)
}

// ReadMaster reads the master key in the file at path; fs.ErrNotExist when there is none.
func ReadMaster(path string) (Master, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Master{}, fmt.Errorf("read secret key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Master{}, fmt.Errorf("read secret key: %s may be read by others (mode %04o); set it to 0600", path, info.Mode().Perm())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Master{}, fmt.Errorf("read secret key: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != keyBlock || len(block.Bytes) != MasterSize {
		return Master{}, fmt.Errorf("read secret key: %s is damaged", path)
	}
	return NewMaster(block.Bytes)
}

// writeKey links a complete file into place, so that of two programs starting at once both end up with the same key. It
// is on the disk, name and all, before anything is wrapped by it.
func writeKey(path string) (err error) {
	secret := make([]byte, MasterSize)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(tmp.Name())) }()
	err = errors.Join(pem.Encode(tmp, &pem.Block{Type: keyBlock, Bytes: secret}), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
