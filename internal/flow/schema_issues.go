package flow

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"recado/internal/spelling"
)

// schemaIssues flattens a validation error into one issue per mistake.
func schemaIssues(err error, prefix []string) []Issue {
	if err == nil {
		return nil
	}
	ve, ok := err.(*jsonschema.ValidationError) //nolint:errorlint // Validate returns nothing else, never wrapped
	if !ok {
		return []Issue{*problem(strings.Join(prefix, "."), codeNotJSON, "")}
	}
	var issues []Issue
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		_, isName := e.ErrorKind.(*kind.PropertyNames)
		if !isName && len(e.Causes) > 0 {
			for _, c := range e.Causes {
				walk(c)
			}
			return
		}
		loc := e.InstanceLocation
		if isName {
			loc = owner(e.SchemaURL)
		}
		issues = append(issues, schemaIssue(e, slices.Concat(prefix, loc))...)
	}
	walk(ve)
	return issues
}

// owner returns the place of the object whose names are wrong, from the
// schema's "…/properties/vars/propertyNames". The library's own location of
// that error shares memory with later ones and cannot be relied on; in this
// schema such objects are always direct fields of the document or of a node.
func owner(schemaURL string) []string {
	parts := strings.Split(schemaURL, "/")
	return []string{parts[len(parts)-2]}
}

func schemaIssue(e *jsonschema.ValidationError, loc []string) []Issue {
	path := strings.Join(loc, ".")
	at := func(key string) string { return strings.Join(append(slices.Clone(loc), key), ".") }
	one := func(p *Issue) []Issue { return []Issue{*p} }
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		var is []Issue
		for _, f := range k.Missing {
			is = append(is, *problem(at(f), codeMissing, f))
		}
		return is
	case *kind.AdditionalProperties:
		var is []Issue
		slices.Sort(k.Properties)
		for _, f := range k.Properties {
			is = append(is, *problem(at(f), codeUnknownField, f, spelling.Nearest(f, siblings(e.SchemaURL))))
		}
		return is
	case *kind.PropertyNames:
		return one(problem(at(k.Property), codeBadName, k.Property))
	case *kind.FalseSchema:
		return one(problem(path, codeUnknownField, last(loc)))
	case *kind.Type:
		return one(problem(path, codeWrongType, strings.Join(k.Want, " / "), k.Got))
	case *kind.Enum:
		if last(loc) == "type" && len(loc) == 3 && loc[0] == "nodes" {
			return one(problem(path, codeUnknownType, show(k.Got), spelling.Nearest(show(k.Got), texts(k.Want))))
		}
		return one(problem(path, codeNotAllowed, show(k.Got), strings.Join(texts(k.Want), ", ")))
	case *kind.Const:
		if path == "format" {
			return one(problem(path, codeBadVersion, show(k.Got), show(k.Want)))
		}
		return one(problem(path, codeNotAllowed, show(k.Got), show(k.Want)))
	case *kind.Pattern:
		return one(patternIssue(path, k))
	case *kind.MinLength:
		return one(problem(path, codeEmpty))
	case *kind.MaxLength:
		return one(problem(path, codeTooLong, strconv.Itoa(k.Got), strconv.Itoa(k.Want)))
	case *kind.MinItems:
		return one(problem(path, codeTooFew, strconv.Itoa(k.Got), strconv.Itoa(k.Want)))
	case *kind.MinProperties:
		return one(problem(path, codeTooFew, strconv.Itoa(k.Got), strconv.Itoa(k.Want)))
	case *kind.MaxItems:
		return one(problem(path, codeTooMany, strconv.Itoa(k.Got), strconv.Itoa(k.Want)))
	case *kind.MaxProperties:
		return one(problem(path, codeTooMany, strconv.Itoa(k.Got), strconv.Itoa(k.Want)))
	case *kind.Minimum:
		return one(problem(path, codeTooSmall, rat(k.Got), rat(k.Want)))
	case *kind.Maximum:
		return one(problem(path, codeTooBig, rat(k.Got), rat(k.Want)))
	}
	return one(problem(path, codeNotAllowed, last(loc), ""))
}

// siblings returns the fields that a node of the schema's type has.
func siblings(schemaURL string) []string {
	_, def, _ := strings.Cut(schemaURL, "#/$defs/n_")
	if v := validators()[def]; v != nil && def != "" {
		return sortedKeys(v.Properties)
	}
	return nil
}

// patternIssue names the kind of word that was expected: authors do not read
// patterns.
func patternIssue(path string, k *kind.Pattern) *Issue {
	switch {
	case strings.Contains(k.Want, "(s|m|h|d)"):
		return problem(path, codeBadDuration, k.Got)
	case strings.Contains(k.Want, "@(end"):
		return problem(path, codeBadRef, k.Got)
	case strings.Contains(k.Want, "[A-Z]{2}"):
		return problem(path, codeBadLocale, k.Got)
	case strings.HasPrefix(k.Want, `^\+`):
		return problem(path, codeBadPhone, k.Got)
	}
	return problem(path, codeBadName, k.Got)
}

func last(loc []string) string {
	if len(loc) == 0 {
		return ""
	}
	return loc[len(loc)-1]
}

func rat(r *big.Rat) string {
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}
