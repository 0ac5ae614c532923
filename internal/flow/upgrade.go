package flow

import (
	"fmt"
)

// Format1 is the format of the documents that Compile reads.
const Format1 = "recado-flow/1"

// upgrade turns a document of one format into the next. It is a pure function of
// the tree and has fixtures in testdata/upgrade: a flow of its format and the
// result. A released step never changes; the next one corrects its mistakes.
type upgrade struct {
	from, to string
	apply    func(doc *ordered)
}

// upgrades lists all steps, oldest first. There is one format so far.
var upgrades = []upgrade{}

// ErrFormat is the error of a document without a format, or of a newer one.
var ErrFormat = fmt.Errorf("not a flow of a known format; this version reads up to %s", Format1)

// Upgrade converts a document of an older format to the present one and returns
// one of the present format as it is. It does not validate the result.
func Upgrade(doc []byte) ([]byte, error) { return upgradeTo(doc, Format1, upgrades) }

func upgradeTo(doc []byte, present string, steps []upgrade) ([]byte, error) {
	src, issue := readDoc(doc)
	if issue != nil {
		return nil, fmt.Errorf("upgrade flow: %w", errNotFlow)
	}
	if src.root["format"] == present {
		return doc, nil
	}
	o, err := parseOrdered(doc)
	if err != nil {
		return nil, fmt.Errorf("upgrade flow: %w", err)
	}
	for _, s := range steps {
		if o.get("format") == s.from {
			s.apply(o)
			o.set("format", s.to)
		}
	}
	if o.get("format") != present {
		return nil, fmt.Errorf("upgrade flow: %w", ErrFormat)
	}
	return o.format(), nil
}
