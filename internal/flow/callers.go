package flow

import "slices"

// CheckCallers tells which published flows publishing d would break: those
// that call it, directly or through others, and that no longer compile beside
// the new version, because it no longer waits or calls back. All are the
// shop's published flows; reg is what d was compiled with.
func CheckCallers(d *Def, reg Registry, all []*Def) []Issue {
	inner := reg.Flow
	reg.Flow = func(id ID) (*Def, bool) {
		if id == d.ID {
			return d, true
		}
		if inner != nil {
			return inner(id)
		}
		i := slices.IndexFunc(all, func(o *Def) bool { return o.ID == id })
		if i < 0 {
			return nil, false
		}
		return all[i], true
	}
	var issues []Issue
	for _, caller := range callers(d.ID, all) {
		_, found := Compile(caller.Doc, reg)
		if i := slices.IndexFunc(found, func(i Issue) bool { return i.Severity == SevError }); i >= 0 {
			why := found[i].In(d.Locale)
			issues = append(issues, problem("", codeBreaks, string(caller.ID), why.Message).In(d.Locale))
		}
	}
	return issues
}

// callers returns the flows that call id, directly or through others, in the
// order of all.
func callers(id ID, all []*Def) []*Def {
	reach := map[ID]bool{id: true}
	for grew := true; grew; {
		grew = false
		for _, d := range all {
			if !reach[d.ID] && callsAny(d, reach) {
				reach[d.ID], grew = true, true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(d *Def) bool { return d.ID == id || !reach[d.ID] })
}

func callsAny(d *Def, ids map[ID]bool) bool {
	for _, n := range d.Nodes {
		if call, ok := n.(*CallNode); ok && ids[call.Flow] {
			return true
		}
	}
	return false
}
