// Package expr evaluates what authors write between {{ and }} and in
// conditions: small, total, bounded expressions over plain values.
//
// Syntax is that of expr-lang/expr, read by its parser. The tree is then
// rebuilt node by node from an allow-list: literals, names, members, arrays,
// unary and binary operators, the conditional, and calls of the functions in
// this package, by name, checked when compiled. Everything else is refused at
// compile time: ranges, regular expressions, powers, let, sequences, slices,
// maps, closures, predicates, methods, and names with a dollar sign ($env
// would hand out the whole environment).
//
// Evaluation is ours rather than that library's virtual machine, whose memory
// budget does not see strings growing and which stops at the first missing
// field. Here every part evaluated, list element visited and byte built is
// charged to one budget, so any accepted expression ends within MaxSteps and
// MaxBytes whatever the data; a missing name or field is nil; numbers are
// float64 alone, so that a value that went through JSON behaves as before;
// and what is not a number (1/0) is nil.
//
// Nothing here reads a clock, a locale of the machine or a random source: the
// moment, the language and the seed come in with the Scope. Money is an
// integer number of minor units (cents), written out by money().
package expr
