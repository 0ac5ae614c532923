package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// errInUse says that another process works on the embedded database.
var errInUse = errors.New("another recado runs on this data folder; stop it first")

// lockFile opens and locks the file until it is closed or the process ends.
// errInUse when another process holds the lock; the file is open then, too.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return f, errInUse
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// lockData keeps other servers and migrations from the embedded database in dir
// until release is called or the process ends.
func lockData(dir string) (release func() error, err error) {
	f, err := lockFile(filepath.Join(dir, "recado.lock"))
	if err != nil {
		err = fmt.Errorf("lock data folder %s: %w", dir, err)
		if f != nil {
			err = errors.Join(err, f.Close())
		}
		return nil, err
	}
	return f.Close, nil
}
