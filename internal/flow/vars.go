package flow

import "time"

// Roots are the names an expression finds without a declaration: the contact
// (name, first_name, phone, language, tags, fields), the shop (name, is_open,
// next_open), the message being answered (text, kind), the option last chosen
// (id, label) and the event that started the run (name, data).
var Roots = []string{"contact", "shop", "message", "choice", "event", OldVars}

// OldVars is the name under which a run keeps the variables that the version it
// moved to does not declare.
const OldVars = "_old"

// VarType is the kind of value that a variable holds.
type VarType string

// The variable types.
const (
	TextVar     VarType = "text"
	NumberVar   VarType = "number"
	BoolVar     VarType = "bool"
	DateVar     VarType = "date"
	ListVar     VarType = "list"
	CartVar     VarType = "cart"
	LocationVar VarType = "location"
	MediaVar    VarType = "media"
	ObjectVar   VarType = "object"
)

// Var declares a variable.
type Var struct {
	Type    VarType
	Contact bool // kept with the contact, beyond the run
	PII     bool
	Title   string
	Default any // nil = unset; a literal as JSON decodes it
}

func (c *compiler) vars(o object) map[string]Var {
	sub, _ := o.sub("vars")
	vars := make(map[string]Var, len(sub.m))
	for name := range sub.m {
		v, _ := sub.sub(name)
		c.saves(v.at, name)
		x := Var{
			Type: VarType(v.str("type")), Contact: v.str("scope") == "contact", PII: v.bool("pii"),
			Title: v.str("title"), Default: v.m["default"],
		}
		if !fits(x.Type, x.Default) {
			c.issue(v.place("default"), codeWrongDefault, string(x.Type))
		}
		vars[name] = x
	}
	return vars
}

// fits reports whether a default is of the variable's type; nil is of every type.
func fits(t VarType, v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		if t == DateVar {
			_, err := time.Parse(time.DateOnly, v)
			return err == nil
		}
		return t == TextVar
	case float64:
		return t == NumberVar
	case bool:
		return t == BoolVar
	case []any:
		return t == ListVar
	}
	return t == ObjectVar || t == LocationVar || t == MediaVar || t == CartVar
}
