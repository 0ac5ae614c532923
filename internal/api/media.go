package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"recado/internal/i18n"
	"recado/internal/tenant"
)

const (
	// maxMedia is WhatsApp's own limit for documents sent from phones, about.
	maxMedia = 100 << 20
	// uploadTime is how long a file may take to arrive: 100 MiB at 1.4 Mbit/s.
	uploadTime = 10 * time.Minute
	// maxField bounds one text field of a form: a caption of 1024 characters fits.
	maxField = 8 << 10
)

// mediaRoute registers the upload of a file to send later. It does not go
// through huma.Register, which would hold the file in memory.
func (s *server) mediaRoute() {
	r := route{may: tenant.Converse}
	op := &huma.Operation{
		OperationID: "uploadMedia", Method: http.MethodPost, Path: "/api/shops/{shopId}/media", Tags: []string{"messages"},
		Summary: "Upload a file to send", Description: "The file is the body, at most 100 MiB, with its Content-Type. Send it by the asset's name.",
		Security:   []map[string][]string{{bearer: {}}},
		Parameters: []*huma.Param{{Name: "shopId", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
		Responses: map[string]*huma.Response{
			"201": {Description: "Created", Content: map[string]*huma.MediaType{
				"application/json": {Schema: s.api.OpenAPI().Components.Schemas.Schema(assetSchema, true, "Asset")},
			}},
			"default": s.problemResponse(),
		},
	}
	s.api.OpenAPI().AddOperation(op)
	s.api.Adapter().Handle(op, huma.Middlewares{s.authenticate, s.authorise(r)}.Handler(func(ctx huma.Context) {
		req, w := humago.Unwrap(ctx)
		kind := req.Header.Get("Content-Type")
		if !mediaType.MatchString(kind) {
			s.write(w, req, refuse(http.StatusUnsupportedMediaType, i18n.UnsupportedMedia))
			return
		}
		asset, err := s.store(w, req, tenant.ShopID(ctx.Param("shopId")), req.Body)
		if err != nil {
			s.write(w, req, err)
			return
		}
		asset.MIME = kind
		s.reply(w, http.StatusCreated, asset)
	}))
}

var mediaType = regexp.MustCompile(`^[a-zA-Z0-9.+-]+/[a-zA-Z0-9.+-]+(; ?[a-z]+=[a-zA-Z0-9.-]+)?$`)

// store streams a file of bounded size and time into the shop's assets.
func (s *server) store(w http.ResponseWriter, r *http.Request, shop tenant.ShopID, file io.Reader) (*Asset, error) {
	if err := http.NewResponseController(w).SetReadDeadline(s.deadline()); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, err
	}
	bounded := &bound{r: file, left: maxMedia}
	name, size, err := s.Assets.Put(r.Context(), shop, bounded)
	if bounded.exceeded {
		return nil, refuse(http.StatusRequestEntityTooLarge, i18n.MediaTooLarge)
	}
	if bounded.err != nil { // the client's connection, not the store
		return nil, refuse(http.StatusBadRequest, i18n.MalformedBody)
	}
	if err != nil {
		return nil, err
	}
	if size == 0 {
		return nil, invalid("body.file", "the file is empty")
	}
	return &Asset{Asset: name, Size: size}, nil
}

// deadline is by the wall clock: it is given to the operating system.
func (s *server) deadline() time.Time { return time.Now().Add(uploadTime) }

// bound fails a read that goes beyond its limit, and remembers why reading failed.
type bound struct {
	r        io.Reader
	left     int64
	exceeded bool
	err      error
}

var errTooLarge = errors.New("the file is too large")

func (b *bound) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.exceeded = true
		return 0, errTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// multipart takes a form instead of JSON on the way to a route that sends: text
// fields first, then the file, which is streamed.
func (s *server) multipart(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		next(ctx)
		return
	}
	sent, err := s.sendForm(ctx, w, r, multipart.NewReader(r.Body, params["boundary"]))
	if err != nil {
		s.write(w, r, err)
		return
	}
	s.reply(w, http.StatusAccepted, sent)
}

func (s *server) sendForm(ctx huma.Context, w http.ResponseWriter, r *http.Request, form *multipart.Reader) (*Sent, error) {
	shop := tenant.ShopID(ctx.Param("shopId"))
	var b sendBody
	m := &Media{}
	fields := map[string]*string{
		"to": &b.To, "type": &b.Type, "quoted": &b.Quoted, "kind": (*string)(&b.Kind),
		"caption": &m.Caption, "filename": &m.Filename, "mime": &m.MIME,
	}
	key := r.Header.Get("Idempotency-Key")
	if len(key) > 255 {
		return nil, invalid("header.Idempotency-Key", "at most 255 characters")
	}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, invalid("body.file", "the form has no part named file")
		case err != nil:
			return nil, refuse(http.StatusBadRequest, i18n.MalformedBody)
		case part.FormName() == "file":
			return s.sendFile(ctx, w, r, shop, key, b, m, part)
		}
		to, known := fields[part.FormName()]
		if !known {
			return nil, invalid("body."+truncate(part.FormName(), maxFieldPath), "unexpected field")
		}
		text, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil {
			return nil, refuse(http.StatusBadRequest, i18n.MalformedBody)
		}
		if len(text) > maxField {
			return nil, invalid("body."+part.FormName(), "too long")
		}
		*to = string(text)
	}
}

func (s *server) sendFile(ctx huma.Context, w http.ResponseWriter, r *http.Request, shop tenant.ShopID, key string, b sendBody, m *Media, file *multipart.Part) (*Sent, error) {
	if m.Filename == "" {
		m.Filename = file.FileName()
	}
	if m.MIME == "" {
		m.MIME = file.Header.Get("Content-Type")
	}
	b.Media = m
	if err := s.checkForm(b); err != nil { // before 100 MiB are taken in
		return nil, err
	}
	asset, err := s.store(w, r, shop, file)
	if err != nil {
		return nil, err
	}
	m.Asset, m.Size = asset.Asset, asset.Size
	return s.sendMessage(ctx.Context(), identityOf(ctx.Context()), shop, key, b)
}

func (s *server) checkForm(b sendBody) error {
	if _, err := digits(b.To, "body.to"); err != nil {
		return err
	}
	if !mediaType.MatchString(b.Media.MIME) {
		return invalid("body.mime", "not a media type")
	}
	probe := *b.Media
	probe.Asset = "to come"
	b.Media = &probe
	_, err := b.check()
	return err
}

func (s *server) reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.Log.Debug("answer lost", "error", err)
	}
}

var assetSchema = reflect.TypeFor[Asset]()
