// Package flow is a shop's automation as a document: reading it, telling its
// author what is wrong with it, and keeping it ready for the engine.
//
// A definition (recado-flow/1, see schema.json and docs/flows.md) is JSON that
// a shop owner can read in a diff. Compile turns it into a Def, in three
// passes that each find what the one before cannot:
//
//  1. form: size, depth, no key twice, then JSON Schema. The schema branches
//     with if/then only, so that one mistake is one issue at one place;
//  2. references: nodes, variables, words that collide, files, secrets, other
//     flows, expressions, and what the running engine can do at all;
//  3. termination: no way leads round without a wait (within one step no node
//     is visited twice), none leads round without the customer or at least a
//     minute (no flood), and flows do not call each other in a circle.
//
// A Def is immutable and complete: expressions and texts are parsed, words
// folded, defaults filled in, so a step of the engine parses nothing. Node is
// a sum type, one struct for each of the 21 node types, told apart by a type
// switch.
//
// Mistakes of authors are Issues with a path, a stable code, and a reason and
// a fix in Spanish, English and Portuguese; they are never Go errors. The
// package reads no clock, no random source, no network and writes no log; the
// expressions of flow/expr and the folding of flow/normalize keep to the same.
package flow
