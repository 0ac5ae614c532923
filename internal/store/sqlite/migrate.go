package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// migrationFiles holds migrations/NNNN_name.sql, numbered from 0001 without gaps. A file that has been released never
// changes; a correction is a new file.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// ErrSchemaTooNew means that a newer version of the program has migrated this file: going on could destroy data.
var ErrSchemaTooNew = errors.New("database was written by a newer version of this program")

type migration struct {
	version int
	name    string
	sql     string
}

// upgrade applies the missing migrations, each in a transaction of its own together with the record that it was
// applied.
func upgrade(ctx context.Context, db *sql.DB) error {
	all, err := loadMigrations(migrationFiles)
	if err != nil {
		return err
	}
	const table = `CREATE TABLE IF NOT EXISTS schema_migrations (
		version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`
	if _, err := db.ExecContext(ctx, table); err != nil {
		return fmt.Errorf("create schema_migrations: %w", err)
	}
	var current int
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_migrations`).Scan(&current); err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if current > len(all) {
		return fmt.Errorf("%w: schema %d, known %d", ErrSchemaTooNew, current, len(all))
	}
	for _, m := range all[current:] {
		if err := m.apply(ctx, db); err != nil {
			return fmt.Errorf("migration %04d_%s: %w", m.version, m.name, err)
		}
	}
	return nil
}

func (m migration) apply(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	const record = `INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, unixepoch())`
	if _, err := tx.ExecContext(ctx, record, m.version, m.name); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// loadMigrations reads the embedded files in order and refuses a gap or a duplicate number.
func loadMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted by name, that is by number
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	all := make([]migration, 0, len(names))
	for _, file := range names {
		number, name, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".sql"), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != len(all)+1 {
			return nil, fmt.Errorf("migration %s: number %04d expected", file, len(all)+1)
		}
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", file, err)
		}
		all = append(all, migration{version: version, name: name, sql: string(text)})
	}
	return all, nil
}
