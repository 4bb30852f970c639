package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gatehouse/gatehouse/internal/engine"
)

// engineCommand is about the ClickHouse that runs services.
type engineCommand struct {
	Install engineInstallCommand `cmd:"" help:"Get ClickHouse as a library from the npm registry, with npm, and put it into the data directory."`
}

// engineInstallCommand installs the library that this version of Gatehouse knows.
type engineInstallCommand struct {
	Data string `default:"data" placeholder:"DIR" help:"The data directory (default ${default})."`
}

// Run installs it, unless it is there and whole.
func (c *engineInstallCommand) Run(ctx context.Context, m *Main) error {
	if err := makeDataDir(filepath.Clean(c.Data)); err != nil {
		return fmt.Errorf("the data directory %s cannot be made: choose another with --data (%w)", c.Data, cause(err))
	}
	bar := &progressBar{to: m.Stderr, redraw: isTerminal(m.Stderr)}
	path, err := engine.Install(ctx, c.Data, bar.show)
	bar.end()
	if err != nil {
		return err
	}
	version, err := engine.CheckLibrary(path)
	if err != nil {
		return err
	}
	m.printf("gatehouse: ClickHouse %s is installed: %s\n", version, path)
	return nil
}

// progressBar shows how far an installation is: on one line that is drawn again at a
// terminal, else on a line for each stage.
type progressBar struct {
	to     io.Writer
	redraw bool
	stage  engine.Stage
	drawn  time.Time
	width  int // of what stands on the line
}

// show implements engine.Progress.
func (b *progressBar) show(stage engine.Stage, done, total int64) {
	begun := stage != b.stage
	if begun {
		b.end()
		b.stage = stage
	}
	if !b.redraw {
		if begun {
			fmt.Fprintf(b.to, "gatehouse: %s%s\n", stage, strings.Replace(ofMegabytes(total), " of", ":", 1))
		}
		return
	}
	if now := time.Now(); begun || done == total || now.Sub(b.drawn) > 100*time.Millisecond {
		b.drawn = now
		line := b.line(done, total)
		fmt.Fprintf(b.to, "\r%-*s", b.width, line)
		b.width = len(line)
	}
}

// line is such as "downloading  [===========>        ]  58 %  103 of 178 MB".
func (b *progressBar) line(done, total int64) string {
	const cells = 30
	if total == 0 {
		return string(b.stage) + " …"
	}
	full := int(cells * done / total)
	return fmt.Sprintf("%-12s [%-*s] %3d %%  %d%s", b.stage, cells, strings.Repeat("=", full), 100*done/total, done/1e6, ofMegabytes(total))
}

func ofMegabytes(total int64) string {
	if total == 0 {
		return ""
	}
	return fmt.Sprintf(" of %d MB", total/1e6)
}

// end leaves the line that was drawn.
func (b *progressBar) end() {
	if b.width > 0 {
		fmt.Fprintln(b.to)
		b.width = 0
	}
}

// isTerminal reports whether somebody sees what is written there.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
