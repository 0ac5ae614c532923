package flow

// TypeContact is the type of a ContactNode.
const TypeContact NodeType = "contact"

// ContactNode changes what the shop knows of the contact.
type ContactNode struct {
	Base
	AddTags    []string
	RemoveTags []string
	Fields     []Assign
	Language   string
	Marketing  string // opt_in, opt_out, ""
	Next       Ref
}

// Type returns TypeContact.
func (*ContactNode) Type() NodeType { return TypeContact }

// Exits returns next.
func (n *ContactNode) Exits() []Exit { return setExits(Exit{"next", n.Next, immediate}) }

func decodeContact(o object, b Base) Node {
	return &ContactNode{
		Base: b, AddTags: o.strs("add_tags"), RemoveTags: o.strs("remove_tags"), Fields: o.assigns("fields", false),
		Language: o.str("language"), Marketing: o.str("marketing"), Next: o.ref("next", End),
	}
}
