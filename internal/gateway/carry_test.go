package gateway_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/gateway"
)

func TestBytesPassBothWays(t *testing.T) {
	// What a client says reaches the server of its service, and the answer the client, over
	// either protocol.
	f := serve(t, at(echo(t)))
	s := f.service()
	for _, port := range []int{s.Ports.HTTPS, s.Ports.Native} {
		c := f.connect(port)
		says(t, c, "hello")
		says(t, c, strings.Repeat("again", 1000))
		if err := c.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(c); err != nil || len(rest) > 0 {
			t.Errorf("%q, %v", rest, err)
		}
	}
}

func TestProtocolsHaveServersOfTheirOwn(t *testing.T) {
	// A client of HTTPS reaches the HTTP port of the server of its own service, a native client
	// the native one.
	answer := func(text string) string {
		return server(t, func(c *net.TCPConn) {
			_, _ = io.ReadFull(c, make([]byte, 1))
			_, _ = io.WriteString(c, text)
		})
	}
	two := map[uuid.UUID]gateway.Backend{}
	f := serve(t, backends(func(_ context.Context, id uuid.UUID) (gateway.Backend, error) { return two[id], nil }))
	a, b := newService(t), newService(t)
	two[a.ID] = gateway.Backend{HTTP: answer("HTTP of a"), Native: answer("native of a")}
	two[b.ID] = gateway.Backend{HTTP: answer("HTTP of b"), Native: answer("native of b")}
	f.load(a, b)
	for port, want := range map[int]string{a.Ports.HTTPS: "HTTP of a", a.Ports.Native: "native of a", b.Ports.HTTPS: "HTTP of b", b.Ports.Native: "native of b"} {
		c := f.connect(port)
		if _, err := c.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(c); err != nil || string(got) != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}

func TestClientThatSaysNoMoreIsStillAnswered(t *testing.T) {
	// A client may end its side and wait for the answer; the server learns of the end.
	f := serve(t, at(server(t, func(c *net.TCPConn) {
		all, err := io.ReadAll(c)
		if err == nil {
			_, _ = c.Write(bytes.ToUpper(all))
		}
	})))
	c := f.connect(f.service().Ports.HTTPS)
	_, _ = io.WriteString(c, "question")
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); err != nil || string(got) != "QUESTION" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestServerThatSaysNoMoreStillListens(t *testing.T) {
	// A server may end its side first: the client is told, and what it still says arrives.
	heard := make(chan string, 1)
	f := serve(t, at(server(t, func(c *net.TCPConn) {
		_, _ = io.ReadFull(c, make([]byte, 1))
		_, _ = io.WriteString(c, "enough")
		_ = c.CloseWrite()
		rest, _ := io.ReadAll(c)
		heard <- string(rest)
	})))
	c := f.connect(f.service().Ports.Native)
	_, _ = io.WriteString(c, "x")
	if got, err := io.ReadAll(c); err != nil || string(got) != "enough" {
		t.Fatalf("%q, %v", got, err)
	}
	_, _ = io.WriteString(c, "one thing more")
	c.Close()
	if got := within(t, "the rest", heard); got != "one thing more" {
		t.Errorf("%q", got)
	}
}

// raced is set under the race detector, which looks at every byte that is moved.
var raced bool

// size of what is streamed: a gigabyte, or less in a hurry.
func size() int64 {
	if testing.Short() || raced {
		return 64 << 20
	}
	return 1 << 30
}

// stream is a long text in which nothing can be lost or moved unnoticed: its period is no
// multiple of any buffer.
func stream(n int64) io.Reader { return io.LimitReader(&period{}, n) }

type period struct{ at int }

var periodic = func() []byte {
	b := make([]byte, 1<<20-3)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b)
	return b
}()

func (p *period) Read(b []byte) (int, error) {
	n := copy(b, periodic[p.at:])
	p.at = (p.at + n) % len(periodic)
	return n, nil
}

// digest reads all and returns its length and checksum; it looks on at the memory in use.
func digest(r io.Reader, most *uint64) (n int64, sum uint32, err error) {
	h, b := crc32.NewIEEE(), make([]byte, 256<<10)
	var m runtime.MemStats
	for next := int64(0); ; {
		k, err := r.Read(b)
		_, _ = h.Write(b[:k])
		if n += int64(k); n >= next {
			runtime.ReadMemStats(&m)
			*most = max(*most, m.HeapInuse)
			next += size() / 32
		}
		if errors.Is(err, io.EOF) {
			return n, h.Sum32(), nil
		}
		if err != nil {
			return n, 0, err
		}
	}
}

func TestStreamsAreNeverHeldInMemory(t *testing.T) {
	// A gigabyte passes whole, and half of that the other way, and the memory in use stays within a few
	// megabytes of what it was.
	type result struct {
		n   int64
		sum uint32
	}
	uploaded := make(chan result, 1)
	var most uint64
	f := serve(t, at(server(t, func(c *net.TCPConn) {
		what := make([]byte, 1)
		_, _ = io.ReadFull(c, what)
		if what[0] == 'd' {
			_, _ = io.CopyBuffer(struct{ io.Writer }{c}, stream(size()), make([]byte, 256<<10))
			return
		}
		n, sum, _ := digest(c, &most)
		uploaded <- result{n, sum}
	})))
	port := f.service().Ports.HTTPS
	var want result
	want.n, want.sum, _ = digest(stream(size()), &most)

	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	most = 0
	down := f.connect(port)
	_, _ = io.WriteString(down, "d")
	_ = down.SetDeadline(noDeadline)
	if n, sum, err := digest(down, &most); err != nil || (result{n, sum}) != want {
		t.Errorf("%d bytes came down, %v", n, err)
	}
	want.n, want.sum, _ = digest(stream(size()/2), &most)
	up := f.connect(port)
	_ = up.SetDeadline(noDeadline)
	_, _ = io.WriteString(up, "u")
	if _, err := io.CopyBuffer(struct{ io.Writer }{up}, stream(size()/2), make([]byte, 256<<10)); err != nil {
		t.Fatal(err)
	}
	up.Close()
	if got := within(t, "the end of the upload", uploaded); got != want {
		t.Errorf("%d bytes went up", got.n)
	}
	if grown := int64(most) - int64(before.HeapInuse); grown > 16<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	u := f.Usage(f.only())
	if u.BytesIn != uint64(size()/2)+2 || u.BytesOut != uint64(size()) {
		t.Errorf("%+v", u)
	}
}

func TestConnectionEndsWithItsServer(t *testing.T) {
	// A client that keeps its connection open for later is told at once when the server has
	// ended, so that it connects again; also when a socket of the server is left behind.
	for name, left := range map[string]bool{"its sockets close": false, "a socket is left": true} {
		t.Run(name, func(t *testing.T) {
			done, stop := make(chan struct{}), make(chan struct{})
			address := server(t, func(c *net.TCPConn) {
				go func() { _, _ = io.Copy(c, c) }()
				<-stop
			})
			f := serve(t, backends(func(context.Context, uuid.UUID) (gateway.Backend, error) {
				return gateway.Backend{HTTP: address, Done: done}, nil
			}))
			c := f.connect(f.service().Ports.HTTPS)
			says(t, c, "request")
			if left {
				defer close(stop)
			} else {
				close(stop)
			}
			close(done)
			rest, err := io.ReadAll(c)
			if len(rest) > 0 || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%q, %v", rest, err)
			}
		})
	}
}

func TestLastWordsOfAServerArrive(t *testing.T) {
	// What a server said before it ended reaches the client, however slowly that reads.
	done := make(chan struct{})
	const long = 2 << 20
	wrote := make(chan int, 1)
	address := server(t, func(c *net.TCPConn) {
		_ = c.SetWriteBuffer(4 << 20)
		_, _ = io.ReadFull(c, make([]byte, 1))
		n, _ := c.Write(make([]byte, long))
		c.Close()
		close(done)
		wrote <- n
	})
	f := serve(t, backends(func(context.Context, uuid.UUID) (gateway.Backend, error) {
		return gateway.Backend{HTTP: address, Done: done}, nil
	}))
	raw := f.dial(f.service().Ports.HTTPS)
	_ = raw.SetReadBuffer(64 << 10)
	c, err := f.secure(raw, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(c, "x")
	if n := within(t, "the last words", wrote); n != long {
		t.Skipf("the sockets of this machine took only %d bytes", n)
	}
	if got, err := io.ReadAll(c); err != nil || len(got) != long {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestAnswerThatBreaksOffIsNotTakenForWhole(t *testing.T) {
	// A server that is killed in the middle of an answer: the client gets what was said, and
	// then an end that is not the end of TLS, so that it can tell.
	f := serve(t, at(server(t, func(c *net.TCPConn) {
		_, _ = io.ReadFull(c, make([]byte, 1))
		_, _ = io.WriteString(c, "half an ans")
		_, _ = io.ReadFull(c, make([]byte, 1))
		_ = c.SetLinger(0)
	})))
	c := f.connect(f.service().Ports.HTTPS)
	_, _ = io.WriteString(c, "x")
	got := make([]byte, 11)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "half an ans" {
		t.Fatalf("%q, %v", got, err)
	}
	_, _ = io.WriteString(c, "y")
	// Below TLS, where crypto/tls, which is lenient, does not look.
	if rest, err := io.ReadAll(c.NetConn()); err != nil || len(rest) > 0 {
		t.Errorf("%d bytes, %v", len(rest), err)
	}
}

func TestServerLearnsThatAClientIsGone(t *testing.T) {
	// A client that closes, is reset, or ends without the word of TLS: the server sees the
	// end, as it would without a gateway, and can stop what it did for it.
	for name, leave := range map[string]func(*tls.Conn){
		"close":       func(c *tls.Conn) { c.Close() },
		"reset":       func(c *tls.Conn) { _ = c.NetConn().(*net.TCPConn).SetLinger(0); c.NetConn().Close() },
		"without end": func(c *tls.Conn) { c.NetConn().Close() },
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			f := serve(t, at(server(t, func(c *net.TCPConn) {
				_, _ = io.CopyN(c, c, 4)
				_, err := c.Read(make([]byte, 1))
				ended <- err
			})))
			c := f.connect(f.service().Ports.Native)
			says(t, c, "here")
			leave(c)
			if err := within(t, "the end", ended); !errors.Is(err, io.EOF) && !isReset(err) {
				t.Error(err)
			}
			eventually(t, "the connection to be forgotten", func() bool { return f.Usage(f.only()).Connections == 0 })
		})
	}
}

func TestServerThatTakesNoMoreIsStillHeard(t *testing.T) {
	// A server may refuse a long request before it has read it: the client, which goes on
	// sending, gets the answer.
	f := serve(t, at(server(t, func(c *net.TCPConn) {
		_, _ = io.ReadFull(c, make([]byte, 10))
		_, _ = io.WriteString(c, "too long")
		_ = c.CloseRead()
		_, _ = io.Copy(io.Discard, c)
	})))
	c := f.connect(f.service().Ports.HTTPS)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.CopyN(c, &period{}, 8<<20)
	}()
	got := make([]byte, 8)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "too long" {
		t.Errorf("%q, %v", got, err)
	}
	f.within("the request to be sent", sent)
}
