package engine

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
)

// unpack checks the digest of the packed package, then writes the library in it to a
// file that is durable, and of which the digest was checked, when it returns.
func (i installer) unpack(ctx context.Context, packed, library string) error {
	file, err := os.Open(packed)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	sum := sha512.New()
	if err := copyTold(ctx, sum, file, i.told(Checking, i.pin.size)); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(sum.Sum(nil)); got != i.pin.sha512 {
		return fail(BrokenLibrary, fmt.Errorf("sha512-%s is expected, not sha512-%s", i.pin.sha512, got),
			"what the npm registry sent for %s is not the package that Gatehouse knows, and was thrown away", i.pin.spec())
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	zipped, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	return i.extract(ctx, tar.NewReader(zipped), library)
}

// extract writes the library that is in the archive.
func (i installer) extract(ctx context.Context, archive *tar.Reader, library string) error {
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return fail(BrokenLibrary, nil, "there is no %s in %s", libraryName, i.pin.spec())
		}
		if err != nil {
			return err
		}
		if header.Typeflag == tar.TypeReg && header.Name == path.Join("package", libraryName) {
			break
		}
	}
	file, err := os.OpenFile(library, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // everybody may read it: services have users of their own
	if err != nil {
		return err
	}
	sum := sha256.New()
	err = copyTold(ctx, io.MultiWriter(file, sum), archive, i.told(Unpacking, i.pin.library))
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close()) // whatever the umask is
	if err != nil {
		return err
	}
	return i.pin.checkSum(sum)
}

func (p pin) checkSum(sum hash.Hash) error {
	if got := hex.EncodeToString(sum.Sum(nil)); got != p.sha256 {
		return fail(BrokenLibrary, fmt.Errorf("sha256 %s is expected, not %s", p.sha256, got), "the library of ClickHouse is broken: its content is not what it was")
	}
	return nil
}

// told returns what tells the progress of a stage.
func (i installer) told(stage Stage, total int64) func(done int64) {
	return func(done int64) { i.progress(stage, done, total) }
}

// copyTold copies until the end or the end of ctx, and says after each piece how much it was.
func copyTold(ctx context.Context, to io.Writer, from io.Reader, told func(done int64)) error {
	piece, done := make([]byte, 1<<20), int64(0)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := from.Read(piece)
		if n > 0 {
			if _, err := to.Write(piece[:n]); err != nil {
				return err
			}
			done += int64(n)
			told(done)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
