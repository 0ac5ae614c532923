package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/library"
	"recado/internal/flow/sandbox"
	"recado/internal/i18n"
	"recado/internal/message"
	"recado/internal/settings"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// Problem is an RFC 9457 problem. It never holds what the caller sent.
type Problem struct {
	Type   string       `json:"type" doc:"Always about:blank: the code tells problems apart."`
	Title  string       `json:"title" doc:"The HTTP status in words."`
	Status int          `json:"status"`
	Code   i18n.Code    `json:"code" doc:"Stable name of the problem, for programs."`
	Detail string       `json:"detail" doc:"One sentence in the caller's language, for people."`
	Errors []FieldError `json:"errors,omitempty" nullable:"false" doc:"Which fields are not valid."`
	Issues []flow.Issue `json:"issues,omitempty" nullable:"false" doc:"What is wrong with a flow; code invalid_flow only."`
	header http.Header
}

// FieldError names a field that was refused.
type FieldError struct {
	Path    string `json:"path" example:"body.items[3].name"`
	Message string `json:"message"`
}

func (p *Problem) Error() string { return string(p.Code) + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

var (
	_ huma.StatusError       = (*Problem)(nil)
	_ huma.HeadersError      = (*Problem)(nil)
	_ huma.ContentTypeFilter = (*Problem)(nil)
)

// refusal is an error of a handler that is the caller's doing.
type refusal struct {
	status int
	code   i18n.Code
	fields []FieldError
}

func (r *refusal) Error() string { return string(r.code) }

func refuse(status int, code i18n.Code, fields ...FieldError) error {
	return &refusal{status: status, code: code, fields: fields}
}

// invalid refuses one field of a body or query.
func invalid(path, why string) error {
	return refuse(http.StatusUnprocessableEntity, i18n.InvalidBody, FieldError{Path: path, Message: why})
}

// apiErrors maps the services' errors that the caller can cause. Any other error
// is ours and answers 500. The first matching row counts: an ErrToken may wrap the
// ErrNotFound of the token's login.
var apiErrors = []struct {
	err    error
	status int
	code   i18n.Code
}{
	{auth.ErrToken, http.StatusUnauthorized, i18n.Unauthorized},
	{auth.ErrCredentials, http.StatusUnauthorized, i18n.InvalidCredentials},
	{auth.ErrSetUp, http.StatusForbidden, i18n.InvalidSetUpLink},
	{auth.ErrBusy, http.StatusServiceUnavailable, i18n.Busy},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, i18n.Busy}, // a store is away
	{channel.ErrInvalidType, http.StatusUnprocessableEntity, i18n.InvalidType},
	{channel.ErrNotConfigured, http.StatusConflict, i18n.NotConfigured},
	{channel.ErrQRTimeout, http.StatusGatewayTimeout, i18n.QRTimeout},
	{channel.ErrNotConnecting, http.StatusConflict, i18n.NotConnecting},
	{channel.ErrNoPairing, http.StatusConflict, i18n.NoPairing},
	{cluster.ErrOwned, http.StatusServiceUnavailable, i18n.ServedElsewhere},
	{library.ErrNoFlow, http.StatusNotFound, i18n.NoFlow},
	{library.ErrVersionConflict, http.StatusConflict, i18n.VersionConflict},
	{library.ErrInUse, http.StatusConflict, i18n.FlowInUse},
	{library.ErrTooMany, http.StatusConflict, i18n.TooMany},
	{sandbox.ErrNoSession, http.StatusNotFound, i18n.NotFound},
	{sandbox.ErrTooManySessions, http.StatusConflict, i18n.TooMany},
	{sandbox.ErrNoTimer, http.StatusConflict, i18n.NothingToDo},
	{sandbox.ErrNoCall, http.StatusConflict, i18n.NothingToDo},
	{conversation.ErrNotFound, http.StatusNotFound, i18n.NotFound},
	{conversation.ErrKeyReused, http.StatusUnprocessableEntity, i18n.KeyReused},
	{conversation.ErrNoChannel, http.StatusConflict, i18n.NoChannel},
	{conversation.ErrNoSuchFlow, http.StatusNotFound, i18n.NoFlow},
	{conversation.ErrNoSuchNode, http.StatusNotFound, i18n.NoNode},
	{settings.ErrNoSecret, http.StatusNotFound, i18n.NotFound},
	{settings.ErrTooMany, http.StatusConflict, i18n.TooMany},
	{tenant.ErrForbidden, http.StatusForbidden, i18n.Forbidden},
	{tenant.ErrNotFound, http.StatusNotFound, i18n.NotFound},
}

// toProblem is the one place where an error becomes an answer. ours is true for
// an error that has to be logged.
func toProblem(err error, lang i18n.Lang) (p *Problem, ours bool) {
	if r, ok := errors.AsType[*refusal](err); ok {
		return problem(r.status, r.code, lang, r.fields...), false
	}
	if e, ok := errors.AsType[*auth.LimitedError](err); ok {
		p := problem(http.StatusTooManyRequests, i18n.TooManyAttempts, lang)
		p.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(e.After.Seconds())))}}
		return p, false
	}
	if e, ok := errors.AsType[*library.InvalidError](err); ok {
		p := problem(http.StatusUnprocessableEntity, i18n.InvalidFlow, lang)
		p.Issues = localized(e.Issues, lang)
		return p, false
	}
	if errors.Is(err, message.ErrContent) {
		return problem(http.StatusUnprocessableEntity, i18n.InvalidMessage, lang, FieldError{Path: "body", Message: err.Error()}), false
	}
	if errors.Is(err, conversation.ErrCursor) {
		return problem(http.StatusUnprocessableEntity, i18n.InvalidBody, lang, FieldError{Path: "query.cursor", Message: conversation.ErrCursor.Error()}), false
	}
	for _, m := range apiErrors {
		if errors.Is(err, m.err) {
			p := problem(m.status, m.code, lang)
			if m.status == http.StatusServiceUnavailable {
				p.header = http.Header{"Retry-After": {"2"}}
			}
			return p, false
		}
	}
	return problem(http.StatusInternalServerError, i18n.Internal, lang), !errors.Is(err, context.Canceled)
}

func problem(status int, code i18n.Code, lang i18n.Lang, fields ...FieldError) *Problem {
	p := &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: code, Detail: i18n.Problem(code, lang), Errors: fields,
	}
	if status == http.StatusUnauthorized {
		p.header = http.Header{"Www-Authenticate": {`Bearer realm="recado"`}}
	}
	return p
}

// frameworkCodes name what huma refuses before a handler runs.
var frameworkCodes = map[int]i18n.Code{
	http.StatusBadRequest:            i18n.MalformedBody,
	http.StatusNotAcceptable:         i18n.NotAcceptable,
	http.StatusRequestTimeout:        i18n.BodyTimeout,
	http.StatusRequestEntityTooLarge: i18n.BodyTooLarge,
	http.StatusUnsupportedMediaType:  i18n.UnsupportedMedia,
	http.StatusUnprocessableEntity:   i18n.InvalidBody,
}

// Limits of what a refusal repeats of the caller's field names.
const (
	maxFieldErrors = 20
	maxFieldPath   = 200
)

// translate is a huma.Transformer that turns the framework's errors into
// Problems. Their Value is what the caller sent, passwords too: it is dropped.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code, known := frameworkCodes[e.Status]
	if !known {
		code = i18n.Internal
	}
	var fields []FieldError
	if e.Status == http.StatusUnprocessableEntity {
		for _, d := range e.Errors[:min(len(e.Errors), maxFieldErrors)] {
			fields = append(fields, FieldError{Path: truncate(d.Location, maxFieldPath), Message: d.Message})
		}
	}
	return problem(e.Status, code, identityOf(ctx.Context()).lang, fields...), nil
}

func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return string([]rune(s[:n])) + "…"
}
