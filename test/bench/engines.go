package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	customers = "20"
	rounds    = 3 // each engine runs so often, in turn; the best round counts
)

// engines compares flow engines on one menu flow and one conversation, without
// any WhatsApp: answers per second of processor time, on one core.
func engines(seconds int) error {
	dir, err := os.MkdirTemp("", "recado-engines")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	steps := filepath.Join(dir, "steps")
	build := exec.Command("go", "build", "-o", steps, "recado/test/bench/steps")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build steps: %w\n%s", err, text)
	}
	const folder = "test/bench/builderbot"
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		install := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
		install.Dir = folder
		if text, err := install.CombinedOutput(); err != nil {
			return fmt.Errorf("npm ci in %s: %w\n%s", folder, err, text)
		}
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	talk, length := filepath.Join(here, "test/bench/conversation.json"), fmt.Sprint(seconds)
	programs := []struct {
		name string
		args []string
		best float64
	}{
		{"builderbot 1.3.13, store in memory", []string{"node", filepath.Join(here, folder, "bot.mjs"), talk, customers, length}, 0},
		{"Recado, run in memory", []string{steps, talk, customers, length, "memory"}, 0},
		{"Recado, run written and read at every step", []string{steps, talk, customers, length, "stored"}, 0},
	}
	for range rounds {
		for i := range programs {
			p := &programs[i]
			got, err := measure(dir, p.args)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			p.best = max(p.best, got["answers"]/got["cpuSeconds"])
		}
	}
	compile, err := measure(dir, []string{steps, "compile", length})
	if err != nil {
		return fmt.Errorf("compile: %w", err)
	}
	fmt.Printf("Flow engines: a menu flow of 20 nodes, %s customers, one core, the best of %d rounds\n\n", customers, rounds)
	fmt.Printf("| %-44s | %18s | %6s |\n|-|-:|-:|\n", "engine", "answers/s of CPU", "")
	for _, p := range programs {
		fmt.Printf("| %-44s | %18.0f | × %4.1f |\n", p.name, p.best, p.best/programs[0].best)
	}
	fmt.Printf("\nA flow of 300 nodes compiles in %.1f ms of CPU.\n\n", compile["compileMs"])
	return nil
}

// measure runs a program in dir on one core and reads the JSON it prints last.
func measure(dir string, args []string) (map[string]float64, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir // builderbot writes its logs where it stands
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "NODE_ENV=production")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	var got map[string]float64
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return got, nil
}
