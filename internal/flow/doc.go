// Package flow compiles a shop's automation: it reads a document, lists the
// mistakes of its author and prepares it for the engine.
//
// A definition (recado-flow/1, see schema.json and docs/flows.md) is JSON that
// a shop owner can read in a diff. Compile turns it into a Def in three passes:
//
//  1. form: size, depth, no duplicate key, then JSON Schema. The schema branches
//     with if/then only, so that one mistake is one issue at one place;
//  2. references: nodes, variables, colliding words, files, secrets, other flows,
//     expressions, and features that the engine lacks;
//  3. termination: no cycle without a wait (within one step no node is visited
//     twice), no cycle without the customer or at least a minute (no flood), and
//     no circle of flows that call each other.
//
// A Def is immutable and complete: expressions and texts are parsed, words
// normalized, defaults filled in, so a step of the engine parses nothing. Node is
// a sum type with one struct for each node type: node_<type>.go holds all that
// this package knows of one, and the table in node.go joins them.
//
// Mistakes of authors are Issues with a path, a stable code, and a reason and a
// fix in Spanish, English and Portuguese; they are never Go errors. The package
// reads no clock, no random source and no network and writes no log; flow/expr
// and flow/normalize keep to the same.
package flow
