package native

import (
	"database/sql"
	"fmt"
	"reflect"

	sqlite3 "modernc.org/sqlite/lib"
)

// Rows are the rows of a query.
type Rows struct {
	s   *stmt // nil when closed
	err error
}

// Next moves to the next row; after the last one it closes the rows.
func (r *Rows) Next() bool {
	if r.s == nil {
		return false
	}
	row, err := r.s.step()
	if !row {
		r.err = err
		r.close()
	}
	return row
}

// Err returns the error that ended the rows; nil at their end.
func (r *Rows) Err() error { return r.err }

// Close ends the query. Calling it again does nothing.
func (r *Rows) Close() error {
	r.close()
	return nil
}

func (r *Rows) close() {
	r.s.release()
	r.s = nil
}

// Scan copies the row's columns to the targets in dest: pointers to strings, numbers, bools and byte slices, also of
// named types, and any sql.Scanner. NULL makes a byte slice nil and is an error for every other target but a Scanner.
func (r *Rows) Scan(dest ...any) error {
	if r.s == nil {
		return sql.ErrNoRows
	}
	if n := int(sqlite3.Xsqlite3_column_count(r.s.c.tls, r.s.p)); n != len(dest) {
		return fmt.Errorf("sqlite: %d targets for %d columns", len(dest), n)
	}
	for i, d := range dest {
		if err := r.s.scan(int32(i), d); err != nil {
			return fmt.Errorf("column %d: %w", i, err)
		}
	}
	return nil
}

// Row is the first row of a query.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the row and runs the query to its end; sql.ErrNoRows when it has no row.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.close()
	if !r.rows.Next() {
		if r.rows.err != nil {
			return r.rows.err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.s.runToEnd()
}

func (s *stmt) int(i int32) int64 { return sqlite3.Xsqlite3_column_int64(s.c.tls, s.p, i) }

// columnBytes returns a text or a blob, valid until the next step.
func (s *stmt) columnBytes(i int32) []byte {
	p := sqlite3.Xsqlite3_column_blob(s.c.tls, s.p, i)
	if p == 0 {
		return nil
	}
	return bytesOf(p, int(sqlite3.Xsqlite3_column_bytes(s.c.tls, s.p, i)))
}

func (s *stmt) scan(i int32, dest any) error {
	kind := sqlite3.Xsqlite3_column_type(s.c.tls, s.p, i)
	text := kind == sqlite3.SQLITE_TEXT || kind == sqlite3.SQLITE_BLOB
	switch d := dest.(type) {
	case *string:
		if kind != sqlite3.SQLITE_NULL { // SQLite writes numbers as text
			*d = string(s.columnBytes(i))
			return nil
		}
	case *int64:
		if kind == sqlite3.SQLITE_INTEGER {
			*d = s.int(i)
			return nil
		}
	case *int:
		if kind == sqlite3.SQLITE_INTEGER {
			*d = int(s.int(i))
			return nil
		}
	case *[]byte:
		switch {
		case text:
			*d = append([]byte{}, s.columnBytes(i)...)
			return nil
		case kind == sqlite3.SQLITE_NULL:
			*d = nil
			return nil
		}
	case sql.Scanner:
		return d.Scan(s.value(i, kind))
	default:
		return s.scanReflected(i, kind, reflect.ValueOf(dest))
	}
	return fmt.Errorf("%w: %T", errScan, dest)
}

// value returns a column as database/sql does.
func (s *stmt) value(i, kind int32) any {
	switch kind {
	case sqlite3.SQLITE_INTEGER:
		return s.int(i)
	case sqlite3.SQLITE_FLOAT:
		return sqlite3.Xsqlite3_column_double(s.c.tls, s.p, i)
	case sqlite3.SQLITE_TEXT:
		return string(s.columnBytes(i))
	case sqlite3.SQLITE_BLOB:
		return append([]byte{}, s.columnBytes(i)...)
	}
	return nil
}

// scanReflected scans into a named type.
func (s *stmt) scanReflected(i, kind int32, dest reflect.Value) error {
	if dest.Kind() != reflect.Pointer || dest.IsNil() {
		return fmt.Errorf("%w: %s is no pointer", errScan, dest.Type())
	}
	v := dest.Elem()
	switch k := v.Kind(); {
	case k == reflect.String && kind != sqlite3.SQLITE_NULL:
		v.SetString(string(s.columnBytes(i)))
	case k == reflect.Bool && kind == sqlite3.SQLITE_INTEGER:
		v.SetBool(s.int(i) != 0)
	case v.CanInt() && kind == sqlite3.SQLITE_INTEGER && !v.OverflowInt(s.int(i)):
		v.SetInt(s.int(i))
	case v.CanUint() && kind == sqlite3.SQLITE_INTEGER && s.int(i) >= 0 && !v.OverflowUint(uint64(s.int(i))):
		v.SetUint(uint64(s.int(i)))
	case v.CanFloat() && (kind == sqlite3.SQLITE_FLOAT || kind == sqlite3.SQLITE_INTEGER):
		v.SetFloat(sqlite3.Xsqlite3_column_double(s.c.tls, s.p, i))
	case k == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		var b []byte
		if err := s.scan(i, &b); err != nil {
			return err
		}
		v.SetBytes(b)
	default:
		return fmt.Errorf("%w: %s", errScan, dest.Type())
	}
	return nil
}
