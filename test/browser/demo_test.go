// Package browser walks through the demo in a real Chromium, as after a fresh
// clone: `recado demo`, sign in, activate, scan, write.
package browser

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDemo at the width of a desk and of a phone. The screenshots are in
// test/results.
func TestDemo(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "recado")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "recado/cmd/recado")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	shots, err := filepath.Abs("../results")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(shots, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]string{{"1280", "800"}, {"390", "844"}} {
		t.Run(size[0], func(t *testing.T) {
			url := demo(t, binary)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			walk := exec.CommandContext(ctx, "node", "demo.mjs", url, shots, size[0], size[1])
			if out, err := walk.CombinedOutput(); err != nil {
				t.Errorf("walk: %v\n%s", err, out)
			}
		})
	}
}

// demo starts `recado demo` and returns its URL once it serves.
func demo(t *testing.T, binary string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "demo", "--http-addr", addr)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "/demo") {
			go func() {
				for lines.Scan() { // keep the pipe empty
				}
			}()
			return fmt.Sprint("http://", addr)
		}
	}
	t.Fatal("the demo did not start")
	return ""
}
