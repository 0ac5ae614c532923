package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"recado/internal/store/files"
	"recado/internal/tenant"
)

func open(t *testing.T) (*files.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	s, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, dir
}

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	content := bytes.Repeat([]byte("carta "), 100_000)
	name, size, err := s.Put(t.Context(), "lupita", bytes.NewReader(content))
	if err != nil || size != int64(len(content)) {
		t.Fatalf("put: %q, %d, %v", name, size, err)
	}
	again, _, err := s.Put(t.Context(), "lupita", bytes.NewReader(content))
	if err != nil || again != name {
		t.Errorf("the same content: %q, %v", again, err)
	}
	r, size, err := s.Open(t.Context(), "lupita", name)
	if err != nil || size != int64(len(content)) {
		t.Fatalf("open: %d, %v", size, err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if list, _ := os.ReadDir(filepath.Join(dir, "lupita")); len(list) != 1 {
		t.Errorf("%d files, want 1", len(list))
	}
}

// TestRefusals: another shop's file, a path, and what never was are all the same answer.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	name, _, err := s.Put(t.Context(), "a", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		shop tenant.ShopID
		file string
	}{
		{"b", name}, {"a", "../a/" + name}, {"a", ""}, {"a", strings.Repeat("0", 64)}, {"../a", name}, {"", name},
	} {
		if _, _, err := s.Open(t.Context(), c.shop, c.file); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("open %q of %q: %v", c.file, c.shop, err)
		}
	}
	if _, _, err := s.Put(t.Context(), "../b", strings.NewReader("x")); err == nil {
		t.Error("a shop id with a path was taken")
	}
}

func TestNothingIsKeptOfAFailedUpload(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	broken := errors.New("connection lost")
	_, _, err := s.Put(t.Context(), "a", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Put(gone, "a", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if list, _ := os.ReadDir(filepath.Join(dir, "a")); len(list) != 0 {
		t.Errorf("kept %v", list)
	}
}
