package flow

// NodeType is the "type" of a node.
type NodeType string

// nodeTypes is the table of recado-flow/1. The file node_<type>.go of a type
// holds its constant, its struct, its decoder and its exits; the embedded schema
// and this table must name the same types (see checkNodeTypes).
var nodeTypes = [...]struct {
	name   NodeType
	decode func(o object, b Base) Node
}{
	{TypeMessage, decodeMessage},
	{TypeMenu, decodeMenu},
	{TypeAsk, decodeAsk},
	{TypeIf, decodeIf},
	{TypeSet, decodeSet},
	{TypeHTTP, decodeHTTP},
	{TypeAIReply, decodeAIReply},
	{TypeAIAgent, decodeAIAgent},
	{TypeHours, decodeHours},
	{TypeDelay, decodeDelay},
	{TypeWaitEvent, decodeWaitEvent},
	{TypeGoto, decodeGoto},
	{TypeCall, decodeCall},
	{TypeContact, decodeContact},
	{TypeHandoff, decodeHandoff},
	{TypeTemplate, decodeTemplate},
	{TypeCatalog, decodeCatalog},
	{TypeOrder, decodeOrder},
	{TypeNotify, decodeNotify},
	{TypeSplit, decodeSplit},
	{TypeEnd, decodeEnd},
}

// NodeTypes returns every node type of the format, in the schema's order.
func NodeTypes() []NodeType {
	names := make([]NodeType, len(nodeTypes))
	for i, t := range nodeTypes {
		names[i] = t.name
	}
	return names
}

// Node is one of the *…Node structs of this package. A type switch over it names
// every type or has a default: the linter gochecksumtype refuses any other.
//
//sumtype:decl
type Node interface {
	Head() *Base
	Type() NodeType
	// Exits returns every way out, in document order, defaults included.
	Exits() []Exit
	sealed()
}

// Base is what every node has.
type Base struct {
	ID    NodeID
	Title string
	Was   []NodeID // former ids
}

// Head returns the node's common part.
func (b *Base) Head() *Base { return b }

func (*Base) sealed() {}

// decodeNode reads one node of any type, whose fields fit the schema.
func (c *compiler) decodeNode(o object, id NodeID) Node {
	b := Base{ID: id, Title: o.str("title")}
	for _, w := range o.strs("was") {
		b.Was = append(b.Was, NodeID(w))
	}
	name := NodeType(o.str("type"))
	c.supports(o.at, NodeFeature(name), codeUnsupportedNode, string(name))
	for _, t := range nodeTypes {
		if t.name == name {
			return t.decode(o, b)
		}
	}
	panic("flow: no decoder for a node of type " + string(name)) // see checkNodeTypes
}
