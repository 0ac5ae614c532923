package expr

import "fmt"

// Code names a problem of an expression or template; stable.
type Code string

// The codes. The first group is found by Compile and Parse, the second while evaluating.
const (
	Syntax      Code = "syntax"       // cannot be read
	TooLong     Code = "too_long"     // source over the limit
	TooComplex  Code = "too_complex"  // more than MaxNodes parts
	Forbidden   Code = "forbidden"    // a construct outside the allow-list
	UnknownFunc Code = "unknown_func" // no function of that name
	Arity       Code = "arity"        // wrong number of arguments
	Unclosed    Code = "unclosed"     // "{{" without "}}"

	Unknown  Code = "unknown"   // a variable that does not exist
	BadValue Code = "bad_value" // a value of the wrong kind
	Budget   Code = "budget"    // too much work or output
)

// Error is a mistake of the author, or bad data of a customer; never a defect.
type Error struct {
	Code Code
	What string // the name or construct meant; may be empty
	Pos  int    // rune offset in the source, from 0
	Src  string // the expression
}

func (e *Error) Error() string {
	if e.What == "" {
		return fmt.Sprintf("%s at %d in %q", e.Code, e.Pos, e.Src)
	}
	return fmt.Sprintf("%s: %s at %d in %q", e.Code, e.What, e.Pos, e.Src)
}
