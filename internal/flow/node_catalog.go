package flow

import "recado/internal/flow/expr"

// TypeCatalog is the type of a CatalogNode.
const TypeCatalog NodeType = "catalog"

const defaultCatalogLimit = 10

// CatalogNode shows products and lets the customer pick.
type CatalogNode struct {
	Base
	Reprompt
	Show     string // product, list, search
	Query    *expr.Program
	Category string
	Limit    int
	Say      Say
	Save     string
	Render   string
	OnPick   Ref
	OnNone   Ref
}

// Type returns TypeCatalog.
func (*CatalogNode) Type() NodeType { return TypeCatalog }

// Exits returns on_pick, on_none, on_invalid and nudges.
func (n *CatalogNode) Exits() []Exit {
	return append(setExits(Exit{"on_pick", n.OnPick, long}, Exit{"on_none", n.OnNone, immediate}), n.exits()...)
}

func decodeCatalog(o object, b Base) Node {
	return &CatalogNode{
		Base: b, Reprompt: o.reprompt("choice"), Show: o.str("show"), Query: o.expr("query"), Category: o.str("category"),
		Limit: o.intOr("limit", defaultCatalogLimit), Say: o.say("say"), Save: o.save(), Render: o.strOr("render", "auto"),
		OnPick: o.ref("on_pick", End), OnNone: o.ref("on_none", o.c.settings.GiveUp),
	}
}
