package expr

// Limits of an expression: its source, and the work of one evaluation.
const (
	MaxSource = 500     // runes of one expression
	MaxNodes  = 100     // parts of one expression
	MaxSteps  = 5000    // parts evaluated and list elements visited in one evaluation
	MaxBytes  = 1 << 16 // bytes that one evaluation may build
	MaxOutput = 4096    // runes of one rendered template
)

// Program is a compiled expression: immutable, safe for concurrent use.
type Program struct {
	src   string
	root  node
	names []string
}

// Source returns the text the program was compiled from.
func (p *Program) Source() string { return p.src }

// Names returns the variables that the program reads, as dotted paths as far
// as they are literal ("contact.first_name"), sorted, without repetition.
func (p *Program) Names() []string { return p.names }

// Eval computes the value: nil, bool, string, float64, []any, map[string]any or
// time.Time. A variable or field that does not exist is nil; an error (*Error)
// means that the value is unusable, and the value is nil then. Division by
// zero and every other non-number is nil.
func (p *Program) Eval(s *Scope) (any, error) {
	r := run{s: s, steps: MaxSteps, bytes: MaxBytes}
	v := r.program(p)
	if r.err != nil {
		return nil, r.err
	}
	return v, nil
}

// Warning is a problem that did not stop a template or condition.
type Warning = Error
