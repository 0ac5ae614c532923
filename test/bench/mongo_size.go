package main

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// mongoSize prints what the documents of each collection take: uncompressed,
// without indexes. MongoDB compresses them on the disk; sealed values do not
// become smaller by it.
func mongoSize(uri string, messages int) (err error) {
	ctx := context.Background()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(ctx) }()
	db := client.Database("recado_bench")
	names, err := db.ListCollectionNames(ctx, bson.M{})
	if err != nil {
		return err
	}
	slices.Sort(names)
	fmt.Printf("Documents in MongoDB, %d messages answered\n\n| collection | documents | bytes each | bytes for each answered message |\n|-|-:|-:|-:|\n", messages)
	all := 0
	for _, name := range names {
		documents, size := 0, 0
		c, err := db.Collection(name).Find(ctx, bson.M{})
		if err != nil {
			return err
		}
		for c.Next(ctx) {
			documents++
			size += len(c.Current)
		}
		if err := c.Err(); err != nil {
			return err
		}
		all += size
		if documents > 0 {
			fmt.Printf("| %s | %d | %d | %d |\n", name, documents, size/documents, size/messages)
		}
	}
	fmt.Printf("| all | | | %d |\n\n", all/messages)
	return nil
}
