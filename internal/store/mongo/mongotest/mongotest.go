// Package mongotest gives tests a MongoDB to talk to: the one that
// RECADO_TEST_MONGODB_URI names, else a mongod from the PATH, else a Java server
// that speaks the protocol, fetched by Maven. A server that cannot start fails the
// tests with the packages to install.
package mongotest

import (
	"bufio"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

//go:embed Server.java pom.xml
var files embed.FS

// URIVariable names the environment variable of a server to use.
const URIVariable = "RECADO_TEST_MONGODB_URI"

const given = "given"

// Server is a running server.
type Server struct {
	URI  string // of the server, without a database
	Kind string // given, mongod, java
	stop func() error
}

// Start starts a server, or finds the given one. Stop has to be called.
func Start(ctx context.Context) (*Server, error) {
	if uri := os.Getenv(URIVariable); uri != "" {
		return &Server{URI: uri, Kind: given, stop: func() error { return nil }}, nil
	}
	return StartOwn(ctx)
}

// StartOwn starts a server of the test's own, also when one is given. Stop has to be called.
func StartOwn(ctx context.Context) (*Server, error) {
	if path, err := exec.LookPath("mongod"); err == nil {
		return startMongod(ctx, path)
	}
	return startJava(ctx)
}

// Stop ends the server.
func (s *Server) Stop() error { return s.stop() }

// Database returns the URI of a database of its own for the test, which a given
// server forgets afterwards; the others end with all of theirs.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	server, query, _ := strings.Cut(strings.TrimSuffix(s.URI, "/"), "?")
	name := "recado_test_" + strings.ToLower(rand.Text()[:12])
	uri := strings.TrimSuffix(server, "/") + "/" + name
	if query != "" {
		uri += "?" + query
	}
	if s.Kind == given {
		t.Cleanup(func() {
			if err := drop(uri, name); err != nil {
				t.Errorf("drop %s: %v", name, err)
			}
		})
	}
	return uri
}

func drop(uri, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	return errors.Join(client.Database(name).Drop(ctx), client.Disconnect(ctx))
}

// startMongod starts a real server on a port and a directory of its own.
func startMongod(ctx context.Context, path string) (*Server, error) {
	dir, err := os.MkdirTemp("", "recado-mongod-")
	if err != nil {
		return nil, fmt.Errorf("start mongod: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start mongod: %w", err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err = errors.Join(err, l.Close()); err != nil {
		return nil, fmt.Errorf("start mongod: %w", err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), path, "--dbpath", dir, "--bind_ip", "127.0.0.1", "--port", port)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start mongod: %w", err)
	}
	stop := func() error {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed: that is its error
		return os.RemoveAll(dir)
	}
	if err := answers(ctx, "127.0.0.1:"+port); err != nil {
		return nil, errors.Join(fmt.Errorf("start mongod: %w", err), stop())
	}
	return &Server{URI: "mongodb://127.0.0.1:" + port, Kind: "mongod", stop: stop}, nil
}

// answers waits until something listens.
func answers(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			return c.Close()
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

// startJava starts the server in Server.java.
func startJava(ctx context.Context) (*Server, error) {
	for _, tool := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("tests of MongoDB need %s (Debian: apt-get install default-jdk-headless maven) or a server in %s", tool, URIVariable)
		}
	}
	dir, err := os.MkdirTemp("", "recado-mongotest-")
	if err != nil {
		return nil, fmt.Errorf("start MongoDB in Java: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // a leftover in the temporary directory fails no test
	classes, err := classpath(ctx, dir)
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "Server.java")
	if err := extract("Server.java", source); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classes, source)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start MongoDB in Java: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start MongoDB in Java: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start MongoDB in Java: %w", err)
	}
	stop := func() error { return errors.Join(in.Close(), cmd.Wait()) }
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("start MongoDB in Java: %w", errors.Join(err, stop()))
	}
	return &Server{URI: "mongodb://" + strings.TrimSpace(address), Kind: "java", stop: stop}, nil
}

// classpath has Maven fetch the server and returns where it is. The answer is
// kept beside the user's other caches, because asking takes seconds.
func classpath(ctx context.Context, dir string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = dir
	}
	pom, err := files.ReadFile("pom.xml")
	if err != nil {
		return "", fmt.Errorf("read pom.xml: %w", err)
	}
	known := filepath.Join(cache, "recado", "mongotest.classpath")
	if text, err := os.ReadFile(known); err == nil {
		if of, classes, ok := strings.Cut(string(text), "\x00"); ok && of == string(pom) && present(classes) {
			return classes, nil
		}
	}
	project, out := filepath.Join(dir, "pom.xml"), filepath.Join(dir, "classpath")
	if err := extract("pom.xml", project); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "mvn", "-q", "-B", "-f", project, "dependency:build-classpath", "-Dmdep.outputFile="+out)
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("fetch the Java server: %w: %s", err, text)
	}
	classes, err := os.ReadFile(out)
	if err != nil {
		return "", fmt.Errorf("fetch the Java server: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(known), 0o700); err == nil {
		_ = os.WriteFile(known, append(append(pom, 0), classes...), 0o600) // else Maven is asked again
	}
	return string(classes), nil
}

func present(classes string) bool {
	for _, jar := range filepath.SplitList(classes) {
		if _, err := os.Stat(jar); err != nil {
			return false
		}
	}
	return classes != ""
}

func extract(name, to string) error {
	text, err := files.ReadFile(name)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
