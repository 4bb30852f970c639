package engine

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// dataVersionFile is where a host says which ClickHouse has had the data last. It is in the
// folder of the data and goes with them wherever they are copied to. ClickHouse may write there
// too: what is wrong in it harms the service itself.
const dataVersionFile = "gatehouse-version.json"

// dataVersion is what the file has in it.
type dataVersion struct{ Version string }

// saneVersion is what is taken of a version: it comes into a sentence for everybody.
var saneVersion = regexp.MustCompile(`^\d{1,4}\.\d{1,4}(\.\d{1,9}){0,3}`)

// TakesOver returns a WrongVersion error when this engine cannot go on with what is in the
// data folder, as far as the folder says who has had it last and may be read.
func (e *Engine) TakesOver(dir string) error {
	return takesOver(e.version, versionIn(filepath.Join(dir, dataDir)))
}

// versionIn returns the version of the ClickHouse that has answered last on the data, and ""
// when that is not known: nothing has, or only what an older Gatehouse started.
func versionIn(data string) string {
	root, err := os.OpenRoot(data)
	if err != nil {
		return ""
	}
	defer func() { _ = root.Close() }() // only read through
	var said dataVersion
	text, err := readTail(root, dataVersionFile, 1024)
	if err != nil || json.Unmarshal(text, &said) != nil {
		return ""
	}
	return saneVersion.FindString(said.Version)
}

// keepVersion says in the working folder, that of the data, which ClickHouse has answered there.
func keepVersion(version string) error {
	if versionIn(".") == version {
		return nil
	}
	text, err := json.Marshal(dataVersion{version})
	if err != nil {
		return err
	}
	return writeDurably(dataVersionFile, text)
}

// checkData returns a WrongVersion error when the ClickHouse that is to be started cannot
// take over the data. Nothing of it has run by then: it might leave the data to no version
// at all.
func (h *host) checkData() error {
	last := versionIn(".")
	if last == "" {
		last = saneVersion.FindString(h.order.LastVersion)
	}
	if atLeast(h.order.Version, 22, 7) && atLeast(last, 20, 7) && isOldData() {
		last = "20.6 or older"
	}
	return takesOver(h.order.Version, last)
}

// isOldData reports whether the data in the working folder was made before 20.7: a database
// of its own making had no file there that says which engine it has.
func isOldData() bool {
	for _, database := range []string{"default", "system"} {
		path := filepath.Join("metadata", database)
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() {
			continue
		}
		if _, err := os.Lstat(path + ".sql"); errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// takesOver returns a WrongVersion error when a ClickHouse cannot go on with the data of
// another. A version that is not known, "", is no reason; an engine without one is a modern one.
//
// An older one cannot: "Once the new features are used the downgrade will not work"
// (clickhouse.com/docs/operations/update, Downgrades), and nothing says whether they were.
// Releases of one month, of which the later ones only mend the first, change places freely.
//
// Of those that are newer, ClickHouse refuses one way by itself: from 22.7 at the latest it
// cannot start on data from before 20.7, and says "you should upgrade through intermediate
// version" (checkUnsupportedVersion in src/Interpreters/loadMetadata.cpp). As a library it
// is given the file that it would miss, and would spoil the data (see seed).
func takesOver(version, last string) error {
	year, month, known := release(last)
	switch {
	case !known:
		return nil
	case !atLeast(version, year, month):
		return fail(WrongVersion, nil, "the data was written by ClickHouse %s, and ClickHouse %s is older and cannot take it over: "+
			"run Gatehouse with ClickHouse %d.%d or newer (--engine, --clickhouse)", last, version, year, month)
	case !atLeast(last, 20, 7) && atLeast(version, 22, 7):
		return fail(WrongVersion, nil, "the data was written by ClickHouse %s and cannot be taken over by ClickHouse %s: "+
			"run Gatehouse with a ClickHouse older than 22.7 (--clickhouse)", last, orNewer(version))
	default:
		return nil
	}
}

// orNewer names the version of an engine that may not be known.
func orNewer(version string) string {
	if version == "" {
		return "22.7 or newer"
	}
	return version
}
