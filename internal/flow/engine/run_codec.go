package engine

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// ErrRun refuses JSON that is no Run.
var ErrRun = errors.New("not a run")

// codec is how a Run is written and read: as encoding/json does by the field tags.
// Texts of old documents may hold what JSON forbids, so it is accepted.
var codec = json.JoinOptions(
	jsonv1.OmitEmptyWithLegacySemantics(true),
	json.FormatNilSliceAsNull(true),
	json.FormatNilMapAsNull(true),
	json.Deterministic(true),
	jsontext.AllowInvalidUTF8(true),
	jsontext.AllowDuplicateNames(true),
)

// EncodeRun writes a Run as JSON.
func EncodeRun(r *Run) ([]byte, error) { return json.Marshal(r, codec) }

// DecodeRun is the inverse of EncodeRun. Unknown fields are ignored.
func DecodeRun(b []byte) (r Run, err error) {
	if err := json.Unmarshal(b, &r, codec); err != nil {
		return Run{}, fmt.Errorf("%w: %w", ErrRun, err)
	}
	return r, nil
}
