package config

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// File is the setting that names the YAML file.
const File = "RECADO_CONFIG"

// Sources are the origins of settings other than the command line.
type Sources struct {
	Env  map[string]string
	file map[string]string // by environment name
}

// reserved are environment names that look like settings and belong to the
// tests of this project.
const reserved = "RECADO_TEST_"

// Open reads the environment (in the form of os.Environ) and the file that it
// names, and refuses unknown keys in both.
func Open(environ []string) (*Sources, error) {
	s := &Sources{Env: map[string]string{}}
	for _, e := range environ {
		if k, v, ok := strings.Cut(e, "="); ok {
			s.Env[k] = v
		}
	}
	known := names()
	var errs []error
	for _, k := range slices.Sorted(maps.Keys(s.Env)) {
		if strings.HasPrefix(k, "RECADO_") && k != File && !strings.HasPrefix(k, reserved) && !known[k] {
			errs = append(errs, fmt.Errorf("%s: unknown setting in the environment", k))
		}
	}
	if path := s.Env[File]; path != "" {
		errs = append(errs, s.read(path, known))
	}
	return s, errors.Join(errs...)
}

// read loads the file; keys may have either spelling.
func (s *Sources) read(path string, known map[string]bool) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s: %w", File, err)
	}
	var raw map[string]any
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("%s: %s is not a YAML map of settings: %w", File, path, err)
	}
	s.file = map[string]string{}
	var errs []error
	for _, k := range slices.Sorted(maps.Keys(raw)) {
		name := k
		if !strings.HasPrefix(k, "RECADO_") {
			name = "RECADO_" + strings.ToUpper(strings.ReplaceAll(k, "-", "_"))
		}
		switch v := raw[k].(type) {
		case map[string]any, []any, nil:
			errs = append(errs, fmt.Errorf("%s: %s in %s is not a single value", name, k, path))
		default:
			if !known[name] {
				errs = append(errs, fmt.Errorf("%s: unknown setting in %s", k, path))
			}
			s.file[name] = fmt.Sprint(v)
		}
	}
	return errors.Join(errs...)
}

// Resolver gives kong the values of environment and file; flags are stronger.
func (s *Sources) Resolver() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if len(flag.Envs) == 0 {
			return nil, nil
		}
		if v, ok := s.lookup(flag.Envs[0]); ok {
			return v, nil
		}
		return nil, nil
	})
}

func (s *Sources) lookup(name string) (string, bool) {
	if v, ok := s.Env[name]; ok {
		return v, true
	}
	v, ok := s.file[name]
	return v, ok
}

// names returns the environment names of all settings.
func names() map[string]bool {
	known := map[string]bool{}
	t := reflect.TypeFor[Config]()
	for field := range t.Fields() {
		known[field.Tag.Get("env")] = true
	}
	return known
}

// Print writes every setting with its value, default, source and meaning;
// secrets show as ***.
func (c *Config) Print(w io.Writer, s *Sources) error {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		name, def := tag.Get("env"), tag.Get("default")
		source := "default"
		if _, ok := s.file[name]; ok {
			source = "file"
		}
		if _, ok := s.Env[name]; ok {
			source = "environment"
		}
		if source == "default" && fmt.Sprint(v.Field(i).Interface()) != def {
			source = "flag"
		}
		if _, err := fmt.Fprintf(w, "%s=%v\n  default: %s\n  source:  %s\n  %s\n\n",
			name, v.Field(i).Interface(), orNone(def), source, tag.Get("help")); err != nil {
			return err
		}
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
