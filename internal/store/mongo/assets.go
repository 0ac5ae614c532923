package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"recado/internal/conversation"
	"recado/internal/tenant"
)

// assetStore implements conversation.Assets over the collections assets and asset_pieces.
type assetStore struct {
	db *collections
}

// assetPiece is how much of a file is in one document, and in memory, at a time.
const assetPiece = 1 << 20

// assetDoc is a document of assets: it makes the pieces of Content a file.
type assetDoc struct {
	Key       string        `bson:"_id"`
	Shop      tenant.ShopID `bson:"shop"`
	Name      string        `bson:"name"`
	MIME      string        `bson:"mime"`
	Size      int64         `bson:"size"`
	Content   string        `bson:"content"`
	CreatedAt int64         `bson:"createdAt"`
}

type pieceDoc struct {
	Key     string        `bson:"_id"`
	Shop    tenant.ShopID `bson:"shop"`
	Content string        `bson:"content"`
	I       int           `bson:"i"`
	Data    []byte        `bson:"data"`
}

func (d assetDoc) asset() conversation.Asset {
	return conversation.Asset{Shop: d.Shop, Name: d.Name, MIME: d.MIME, Size: d.Size, CreatedAt: moment(d.CreatedAt)}
}

func assetKey(shop tenant.ShopID, name string) string { return key(string(shop), name) }

// PutAsset implements conversation.Assets.
func (s *assetStore) PutAsset(ctx context.Context, a conversation.Asset, from io.Reader) (int64, error) {
	d := assetDoc{
		Key: assetKey(a.Shop, a.Name), Shop: a.Shop, Name: a.Name, MIME: a.MIME, Content: rand.Text(), CreatedAt: millis(a.CreatedAt),
	}
	var err error
	if d.Size, err = s.putPieces(ctx, d, from); err != nil {
		return 0, errors.Join(wrapped("put asset", err), s.dropPieces(context.WithoutCancel(ctx), d))
	}
	var old assetDoc
	err = s.db.assets.FindOneAndReplace(ctx, bson.M{"_id": d.Key}, d, options.FindOneAndReplace().SetUpsert(true)).Decode(&old)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return 0, wrapped("put asset", err)
	}
	if old.Content != "" {
		err = s.dropPieces(ctx, old)
	} else {
		err = nil
	}
	return d.Size, err
}

func (s *assetStore) putPieces(ctx context.Context, d assetDoc, from io.Reader) (size int64, err error) {
	piece := make([]byte, assetPiece)
	for i := 0; ; i++ {
		n, err := io.ReadFull(from, piece)
		if n > 0 {
			p := pieceDoc{key(string(d.Shop), d.Content, strconv.Itoa(i)), d.Shop, d.Content, i, piece[:n]}
			if _, err := s.db.assetPieces.InsertOne(ctx, p); err != nil {
				return 0, err
			}
		}
		size += int64(n)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return size, nil
		case err != nil:
			return 0, err
		}
	}
}

func (s *assetStore) dropPieces(ctx context.Context, d assetDoc) error {
	_, err := s.db.assetPieces.DeleteMany(ctx, bson.M{"shop": d.Shop, "content": d.Content})
	return wrapped("drop asset", err)
}

func (s *assetStore) assetDoc(ctx context.Context, shop tenant.ShopID, name string) (d assetDoc, err error) {
	err = s.db.assets.FindOne(ctx, bson.M{"_id": assetKey(shop, name)}).Decode(&d)
	return d, wrapped("read asset", or(err, conversation.ErrNotFound))
}

// Asset implements conversation.Assets.
func (s *assetStore) Asset(ctx context.Context, shop tenant.ShopID, name string) (conversation.Asset, error) {
	d, err := s.assetDoc(ctx, shop, name)
	return d.asset(), err
}

// WriteAsset implements conversation.Assets.
func (s *assetStore) WriteAsset(ctx context.Context, shop tenant.ShopID, name string, w io.Writer) error {
	d, err := s.assetDoc(ctx, shop, name)
	if err != nil {
		return err
	}
	for i, left := 0, d.Size; left > 0; i++ {
		var p pieceDoc
		err := s.db.assetPieces.FindOne(ctx, bson.M{"_id": key(string(shop), d.Content, strconv.Itoa(i))}).Decode(&p)
		if err == nil {
			_, err = w.Write(p.Data)
		}
		if err != nil {
			return fmt.Errorf("read asset: piece %d: %w", i, or(err, conversation.ErrNotFound))
		}
		left -= int64(len(p.Data))
	}
	return nil
}

// Assets implements conversation.Assets.
func (s *assetStore) Assets(ctx context.Context, shop tenant.ShopID) ([]conversation.Asset, error) {
	c, err := s.db.assets.Find(ctx, bson.M{"shop": shop}, options.Find().SetSort(bson.M{"name": 1}))
	docs, err := all[assetDoc](ctx, c, err)
	if err != nil {
		return nil, wrapped("list assets", err)
	}
	var list []conversation.Asset
	for _, d := range docs {
		list = append(list, d.asset())
	}
	return list, nil
}

// DeleteAsset implements conversation.Assets.
func (s *assetStore) DeleteAsset(ctx context.Context, shop tenant.ShopID, name string) error {
	var d assetDoc
	err := s.db.assets.FindOneAndDelete(ctx, bson.M{"_id": assetKey(shop, name)}).Decode(&d)
	if err != nil {
		return wrapped("delete asset", or(err, conversation.ErrNotFound))
	}
	return s.dropPieces(ctx, d)
}
