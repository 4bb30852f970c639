package gateway

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// exceptionCode is ClickHouse's ALL_CONNECTION_TRIES_FAILED: clients know it as the
// failure to reach any server.
const exceptionCode = 279

// wholeHead reports whether the head of an HTTP/1 request is complete.
func wholeHead(said []byte) bool {
	return bytes.Contains(said, []byte("\r\n\r\n")) || bytes.Contains(said, []byte("\n\n"))
}

// explainHTTP answers a request with the reason why there is no answer.
func explainHTTP(w io.Writer, said []byte, why *cloud.Error) error {
	body := why.Message + "\n"
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 503 Service Unavailable\r\n")
	if why.Code == cloud.Unavailable {
		fmt.Fprintf(&b, "Retry-After: %d\r\n", max(1, int(math.Ceil(why.RetryAfter.Seconds()))))
	}
	fmt.Fprintf(&b, "X-ClickHouse-Exception-Code: %d\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", exceptionCode, len(body))
	if !bytes.HasPrefix(said, []byte("HEAD ")) {
		b.WriteString(body)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Packets of the native protocol (ClickHouse, src/Core/Protocol.h).
const (
	clientHello     = 0
	serverException = 2
)

// wholeHello reports whether said begins with a complete Hello of the native protocol:
// the packet's type, the client's name, its version in three numbers, database, user and
// password. Something that cannot become one is not whole.
func wholeHello(said []byte) bool {
	kind, said, ok := cutNumber(said)
	if !ok || kind != clientHello {
		return false
	}
	for _, text := range []bool{true, false, false, false, true, true, true} {
		var n uint64
		if n, said, ok = cutNumber(said); !ok {
			return false
		}
		if text {
			if n > uint64(len(said)) {
				return false
			}
			said = said[n:]
		}
	}
	return true
}

// cutNumber cuts a number of the native protocol (LEB128) off the beginning.
func cutNumber(in []byte) (n uint64, rest []byte, ok bool) {
	n, size := binary.Uvarint(in)
	if size <= 0 {
		return 0, in, false
	}
	return n, in[size:], true
}

// explainNative answers a Hello with an exception: code, name, message, stack trace, and
// whether there is another one in it.
func explainNative(w io.Writer, _ []byte, why *cloud.Error) error {
	const name = "DB::Exception"
	b := []byte{serverException}
	b = binary.LittleEndian.AppendUint32(b, exceptionCode)
	for _, text := range []string{name, name + ": " + strings.TrimSuffix(why.Message, "."), ""} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	_, err := w.Write(append(b, 0))
	return err
}
