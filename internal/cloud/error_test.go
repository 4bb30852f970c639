package cloud_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestCodeIsFoundThroughWrapping(t *testing.T) {
	// What was said once about a failure holds wherever it is passed on; what nobody
	// said anything about is Internal, so that a caller learns nothing of it.
	e := cloud.Errorf(cloud.NotFound, "Key not found")
	if got := cloud.CodeOf(fmt.Errorf("read: %w", e)); got != cloud.NotFound {
		t.Errorf("%v", got)
	}
	if cloud.CodeOf(errors.New("disk")) != cloud.Internal || cloud.CodeOf(nil) != cloud.Internal {
		t.Error("not Internal")
	}
}

func TestErrorHasAPublicAndAnInternalSide(t *testing.T) {
	// The public sentence stays free of the cause, which a log gets.
	cause := errors.New("disk full")
	e := &cloud.Error{Code: cloud.Unavailable, Message: "Ask again", Err: cause}
	if e.Message != "Ask again" || e.Error() != "Ask again: disk full" || !errors.Is(e, cause) {
		t.Errorf("%q, %q", e.Message, e)
	}
	if e := cloud.Errorf(cloud.Invalid, "%s: got %q", "name", "x"); e.Error() != `name: got "x"` || errors.Unwrap(e) != nil {
		t.Errorf("%q", e)
	}
}

func TestErrorShowsTheBeginningOfALongValue(t *testing.T) {
	// A request of a megabyte is not answered, or logged, with several: a value is
	// shown up to 1024 bytes, no character is cut in two, and the longest name fits.
	name := strings.Repeat("🔑", cloud.MaxNameLength)
	if e := cloud.Errorf(cloud.Conflict, "%s", name); e.Message != name {
		t.Error("a name is cut")
	}
	for _, long := range []string{strings.Repeat("é", 1<<20), "a" + strings.Repeat("é", 1<<20), strings.Repeat("\xbf", 1<<20)} {
		args := []any{"name", long, 7}
		e := cloud.Errorf(cloud.Invalid, "%s: got %s and %d", args...)
		shown := strings.TrimSuffix(strings.TrimPrefix(e.Message, "name: got "), "… and 7")
		if len(shown) > 1024 || !strings.HasPrefix(long, shown) || utf8.ValidString(long) && (len(shown) < 1020 || !utf8.ValidString(e.Message)) {
			t.Errorf("%d bytes: %.40q", len(shown), e.Message)
		}
		if args[1] != any(long) {
			t.Error("the caller's arguments are altered")
		}
	}
}
