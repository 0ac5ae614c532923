package vault

import (
	"errors"
	"fmt"
	"io"

	streaming "github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// segmentSize is how much of a file is sealed at a time, in bytes with its tag: what a reader and a writer hold in memory.
const segmentSize = 64 << 10

// fileHeader is before the first segment: its own length, salt, nonce prefix.
const fileHeader = 1 + keySize + streaming.AESGCMHKDFNoncePrefixSizeInBytes

// Encrypt writes what is written to the returned writer to w, sealed for its place. Only with Close is it complete; it
// does not close w.
func (k *Keys) Encrypt(w io.Writer, kind, field string) (io.WriteCloser, error) {
	out, err := k.files.NewEncryptingWriter(w, k.associatedData(kind, field))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", kind, err)
	}
	return out, nil
}

// Decrypt returns what was encrypted for that place. Reading fails with ErrCorrupt where it was changed or cut off; what
// was read before that is genuine. Errors of r come as they are.
func (k *Keys) Decrypt(r io.Reader, kind, field string) (io.Reader, error) {
	from := &errorTracker{Reader: r}
	in, err := k.files.NewDecryptingReader(from, k.associatedData(kind, field))
	if err != nil {
		return nil, from.cause(kind, err)
	}
	return &decryptingReader{in: in, from: from, kind: kind}, nil
}

// FileSize returns how many bytes there are in an encrypted file of size bytes.
func FileSize(size int64) int64 {
	segments := max(1, (size+segmentSize-1)/segmentSize)
	return max(0, size-fileHeader-segments*streaming.AESGCMHKDFTagSizeInBytes)
}

// decryptingReader distinguishes damage from failures of the source.
type decryptingReader struct {
	in   io.Reader
	from *errorTracker
	kind string
}

func (o *decryptingReader) Read(p []byte) (int, error) {
	n, err := o.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = o.from.cause(o.kind, err)
	}
	return n, err
}

// errorTracker remembers the error of its reader.
type errorTracker struct {
	io.Reader
	err error
}

func (w *errorTracker) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

func (w *errorTracker) cause(kind string, err error) error {
	if w.err != nil {
		return w.err
	}
	return fmt.Errorf("%w: %s: %w", ErrCorrupt, kind, err)
}
