package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"recado/internal/store/mongo/mongotest"
)

// bench is a folder with the built programs, and a simulator.
type bench struct {
	dir   string
	sim   *child
	addr  string // of the simulator
	root  string
	alive []*child
	mongo *mongotest.Server // nil until stores
}

func newBench() (*bench, error) {
	dir, err := os.MkdirTemp("", "recado-bench")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir}
	for out, pkg := range map[string]string{"recado": "recado/cmd/recado", "whatsmeow": "recado/test/strangers/whatsmeow"} {
		build := exec.Command("go", "build", "-o", filepath.Join(dir, out), pkg)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", pkg, err, text)
		}
	}
	return b, b.startSim()
}

// startSim starts a fresh simulator; what linked to an old one is gone.
func (b *bench) startSim() error {
	if b.sim != nil {
		b.sim.end()
	}
	b.addr = freeAddr()
	sim, err := b.start(nil, "recado", "wasim", "--listen", b.addr)
	if err != nil {
		return err
	}
	b.sim = sim
	if err := until(20*time.Second, func() bool { return b.get("/healthz", nil) == nil }); err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	var root struct{ Root string }
	err = b.get("/root", &root)
	b.root = root.Root
	return err
}

func (b *bench) close() {
	for _, c := range b.alive {
		c.end()
	}
	if b.mongo != nil {
		_ = b.mongo.Stop()
	}
	_ = os.RemoveAll(b.dir)
}

// child is one measured process.
type child struct {
	cmd   *exec.Cmd
	base  string      // URL, of a server of ours
	lines chan string // of stdout; dropped when the channel is full
	done  chan struct{}
}

func (b *bench) start(env []string, program string, args ...string) (*child, error) {
	path := program
	if !strings.Contains(program, "/") {
		path = filepath.Join(b.dir, program)
	}
	c := &child{cmd: exec.Command(path, args...), lines: make(chan string, 64), done: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), env...)
	c.cmd.Stderr = io.Discard
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(c.done)
		s := bufio.NewScanner(out)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			select {
			case c.lines <- s.Text():
			default:
			}
		}
		_ = c.cmd.Wait()
	}()
	b.alive = append(b.alive, c)
	return c, nil
}

func (c *child) end() {
	_ = c.cmd.Process.Kill()
	<-c.done
}

// cpu returns the process's user and system time so far.
func (c *child) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	var ticks int64
	for _, i := range []int{11, 12} { // utime and stime, in hundredths of a second on Linux
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// resident returns the process's resident memory in bytes.
func (c *child) resident() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			return kb << 10, nil
		}
	}
	return 0, errors.New("no VmRSS")
}

var client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// call speaks JSON; a status of 400 and more is an error.
func call(method, url, token string, body, into any) error {
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, url, payload)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 400 {
		err = fmt.Errorf("%s %s: %d %s", method, url, resp.StatusCode, b)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(b, into)
	}
	return err
}

func (b *bench) get(path string, into any) error {
	return call("GET", "http://"+b.addr+path, "", nil, into)
}

func (b *bench) post(path string, body any) error {
	return call("POST", "http://"+b.addr+path, "", body, nil)
}

func (b *bench) phone(number string) error {
	return call("PUT", "http://"+b.addr+"/v1/phones/"+number, "", map[string]string{"name": number}, nil)
}

func freeAddr() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// until polls: another process has no event to wait for.
func until(wait time.Duration, ok func() bool) error {
	for deadline := time.Now().Add(wait); !ok(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %s", wait)
		}
	}
	return nil
}
