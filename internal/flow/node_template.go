package flow

// TypeTemplate is the type of a TemplateNode.
const TypeTemplate NodeType = "template"

// TemplateNode sends an approved template.
type TemplateNode struct {
	Base
	Template string
	Language string
	Params   []*Text
	Category string
	Fallback *Text
	Next     Ref
	OnFail   Ref
}

// Type returns TypeTemplate.
func (*TemplateNode) Type() NodeType { return TypeTemplate }

// Exits returns next and on_fail.
func (n *TemplateNode) Exits() []Exit {
	return setExits(Exit{"next", n.Next, immediate}, Exit{"on_fail", n.OnFail, immediate})
}

func decodeTemplate(o object, b Base) Node {
	n := &TemplateNode{
		Base: b, Template: o.str("template"), Language: o.str("language"), Category: o.strOr("category", "utility"),
		Fallback: o.text("fallback_text"), Next: o.ref("next", End),
	}
	n.OnFail = o.ref("on_fail", n.Next)
	for i, p := range o.strs("params") {
		n.Params = append(n.Params, o.c.text(o.place("params").index(i), p))
	}
	o.c.exists(o.place("template"), o.c.reg.Template, n.Template, codeUnknownTemplate)
	return n
}
