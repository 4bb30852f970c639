package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
	"github.com/gatehouse/gatehouse/internal/gateway"
)

// sleeper is a fleet with services that sleep until they are woken.
type sleeper struct {
	address string
	asked   chan struct{} // has something when a service was asked for
	left    chan struct{} // has something when whoever asked did not wait
	woken   chan struct{} // closed to wake them
}

func asleep(address string) *sleeper {
	return &sleeper{address, make(chan struct{}, 100), make(chan struct{}, 100), make(chan struct{})}
}

func (s *sleeper) Backend(ctx context.Context, _ uuid.UUID) (gateway.Backend, error) {
	s.asked <- struct{}{}
	select {
	case <-s.woken:
		return gateway.Backend{HTTP: s.address, Native: s.address}, nil
	case <-ctx.Done():
		s.left <- struct{}{}
		return gateway.Backend{}, ctx.Err()
	}
}

func TestOnlyWordsWakeAService(t *testing.T) {
	// A client that connects, or agrees on TLS and says nothing, such as a scan of ports, wakes
	// nobody; one that speaks does, and waits.
	b := asleep(echo(t))
	f := serve(t, b)
	s := f.service()
	f.dial(s.Ports.HTTPS).Close()
	f.connect(s.Ports.HTTPS).Close()
	silent := f.connect(s.Ports.Native)
	c := f.connect(s.Ports.HTTPS)
	_, _ = io.WriteString(c, "good morning")
	within(t, "the wake", b.asked)
	close(b.woken)
	got := make([]byte, 12)
	if _, err := io.ReadFull(c, got); err != nil || string(got) != "good morning" {
		t.Errorf("%q, %v", got, err)
	}
	silent.Close()
	f.end()
	if n := len(b.asked); n > 0 {
		t.Errorf("silent clients woke a service %d times", n)
	}
}

func TestLongRequestWaitsWhole(t *testing.T) {
	// A client may say much before the server is there: all of it arrives, in order.
	b := asleep(echo(t))
	f := serve(t, b)
	c := f.connect(f.service().Ports.HTTPS)
	want := make([]byte, 3<<20)
	_, _ = stream(int64(len(want))).Read(want)
	go func() {
		_, _ = c.Write(want)
		_ = c.CloseWrite()
	}()
	within(t, "the wake", b.asked)
	eventually(t, "the client to wait", func() bool { return f.Usage(f.only()).BytesIn > 32<<10 })
	if in := f.Usage(f.only()).BytesIn; in > 256<<10 {
		t.Errorf("%d bytes are kept", in)
	}
	close(b.woken)
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestClientThatListensOnlyWaits(t *testing.T) {
	// A client that has said everything and waits for its answer is not one that left.
	b := asleep(echo(t))
	f := serve(t, b)
	c := f.connect(f.service().Ports.HTTPS)
	_, _ = io.WriteString(c, "request")
	_ = c.CloseWrite()
	within(t, "the wake", b.asked)
	close(b.woken)
	if got, err := io.ReadAll(c); err != nil || string(got) != "request" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWaitEndsWhenTheClientLeaves(t *testing.T) {
	// Nobody waits for a service in the name of a client that is gone.
	for name, leave := range map[string]func(*tls.Conn){
		"close":       func(c *tls.Conn) { c.Close() },
		"reset":       func(c *tls.Conn) { _ = c.NetConn().(*net.TCPConn).SetLinger(0); c.NetConn().Close() },
		"without end": func(c *tls.Conn) { c.NetConn().Close() },
	} {
		t.Run(name, func(t *testing.T) {
			b := asleep("")
			f := serve(t, b)
			c := f.connect(f.service().Ports.Native)
			_, _ = io.WriteString(c, "hello")
			within(t, "the wake", b.asked)
			leave(c)
			within(t, "the end of the wait", b.left)
		})
	}
}

func TestServerThatListensLateIsWaitedFor(t *testing.T) {
	// A server that is said to be there and takes no connection for a moment, such as one that
	// is restarted, is asked for again; the client notices nothing.
	late := fmt.Sprintf("%s:%d", clientIP, freePort(t))
	real := echo(t)
	var calls atomic.Int32
	f := serve(t, backends(func(context.Context, uuid.UUID) (gateway.Backend, error) {
		if calls.Add(1) < 4 {
			return gateway.Backend{HTTP: late}, nil
		}
		return gateway.Backend{HTTP: real}, nil
	}))
	says(t, f.connect(f.service().Ports.HTTPS), "hello")
	if n := f.metric("gatehouse_gateway_server_wait_seconds"); n != 1 {
		t.Errorf("%v waits were measured", n)
	}
}

// failing is a fleet that gives no server.
func failing(err error) backends {
	return func(context.Context, uuid.UUID) (gateway.Backend, error) { return gateway.Backend{}, err }
}

var reasons = []struct {
	name, sentence, retry string
	err                   error
}{
	{"stopped", "The service is stopped.", "", cloud.Errorf(cloud.Conflict, "The service is stopped.")},
	{"failed", "The service has failed: out of memory.", "7", &cloud.Error{Code: cloud.Unavailable, Message: "The service has failed: out of memory.", Err: errors.New("secret"), RetryAfter: 6500 * time.Millisecond}},
	{"unforeseen", "The service cannot be reached at the moment. Try again.", "5", errors.New("secret")},
	{"gone", "No such service.", "", cloud.Errorf(cloud.NotFound, "No such service.")},
}

func TestHTTPClientLearnsWhyItIsNotServed(t *testing.T) {
	// An HTTP client whose service cannot be had gets 503 with one public sentence, when to
	// come back if that helps, and nothing of what is internal.
	for _, r := range reasons {
		t.Run(r.name, func(t *testing.T) {
			f := serve(t, failing(r.err))
			s := f.service()
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: f.roots, Time: f.clock.Now}, ExpectContinueTimeout: patience}}
			defer client.CloseIdleConnections()
			for _, method := range []string{"GET", "HEAD", "POST"} {
				request, err := http.NewRequestWithContext(t.Context(), method, fmt.Sprintf("https://localhost:%d/?query=SELECT+1", s.Ports.HTTPS), nil)
				if method == "POST" {
					request, err = http.NewRequestWithContext(t.Context(), method, request.URL.String(), strings.NewReader(strings.Repeat("x", 1<<20)))
					request.Header.Set("Expect", "100-continue")
				}
				if err != nil {
					t.Fatal(err)
				}
				a, err := client.Do(request)
				if err != nil {
					t.Fatalf("%s: %v", method, err)
				}
				body, err := io.ReadAll(a.Body)
				a.Body.Close()
				want := r.sentence + "\n"
				if method == "HEAD" {
					want = ""
				}
				if err != nil || a.StatusCode != 503 || string(body) != want || !a.Close || a.Header.Get("Retry-After") != r.retry ||
					a.Header.Get("X-ClickHouse-Exception-Code") != "279" || a.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
					t.Errorf("%s: %v %q %v, %v", method, a.Status, body, a.Header, err)
				}
			}
		})
	}
}

func TestUploadThatIsNotWantedIsAnswered(t *testing.T) {
	// A client that sends a long body without waiting still reads why it is not served.
	f := serve(t, failing(cloud.Errorf(cloud.Conflict, "The service is stopped.")))
	c := f.connect(f.service().Ports.HTTPS)
	_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
	sent := make(chan struct{})
	go func() { defer close(sent); _, _ = io.CopyN(c, &period{}, 9_000_000) }()
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || a.StatusCode != 503 {
		t.Fatalf("%v, %v", a, err)
	}
	a.Body.Close()
	f.within("the body to be sent", sent)
}

func TestHalfARequestIsNotWaitedForLong(t *testing.T) {
	// A request whose head never ends is dropped in the time of a handshake.
	f := serve(t, failing(cloud.Errorf(cloud.Conflict, "The service is stopped.")), func(c *gateway.Config) { c.Limits.Handshake = time.Second })
	c := f.connect(f.service().Ports.HTTPS)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost:")
	if got, err := io.ReadAll(c); err != nil || len(got) > 0 {
		t.Errorf("%q, %v", got, err)
	}
}

// hello is that of a native client.
func hello() []byte {
	var b []byte
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	b = append(b, 0)
	text("client of a test")
	for _, n := range []uint64{24, 8, 54488} {
		b = binary.AppendUvarint(b, n)
	}
	for _, s := range []string{"default", "default", strings.Repeat("p", 200)} {
		text(s)
	}
	return b
}

func TestNativeClientLearnsWhyItIsNotServed(t *testing.T) {
	// A native client whose service cannot be had gets an exception with the sentence in
	// answer to its Hello, however that arrives.
	for _, r := range reasons {
		t.Run(r.name, func(t *testing.T) {
			f := serve(t, failing(r.err))
			c := f.connect(f.service().Ports.Native)
			h := hello()
			for _, piece := range [][]byte{h[:1], h[1:20], h[20:]} {
				_, _ = c.Write(piece)
			}
			got, err := io.ReadAll(c)
			if err != nil {
				t.Fatal(err)
			}
			message := "DB::Exception: " + strings.TrimSuffix(r.sentence, ".")
			want := append([]byte{2, 0x17, 1, 0, 0, 13}, "DB::Exception"...)
			want = append(append(want, byte(len(message))), message...)
			if want = append(want, 0, 0); !bytes.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestWaitIsBounded(t *testing.T) {
	// A service that takes too long to start: the client is told so, and may come back.
	b := asleep("")
	f := serve(t, b, func(c *gateway.Config) { c.Limits.Wake = 10 * time.Millisecond })
	c := f.connect(f.service().Ports.HTTPS)
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if body, _ := io.ReadAll(a.Body); a.StatusCode != 503 || string(body) != "The service takes long to start. Try again.\n" || a.Header.Get("Retry-After") != "5" {
		t.Errorf("%s %q", a.Status, body)
	}
}

func TestRestingServiceLetsGoOfQuietConnections(t *testing.T) {
	// A service that is to idle or to stop: connections that are only kept open for later
	// end, so that its server need not wait for them; a request that is not answered yet stays,
	// and so does one that waits for the server.
	for _, goal := range []cloud.ServiceGoal{cloud.GoalIdle, cloud.GoalStopped} {
		t.Run(string(goal), func(t *testing.T) {
			answer := make(chan struct{})
			address := server(t, func(c *net.TCPConn) {
				for {
					b := make([]byte, 5)
					if _, err := io.ReadFull(c, b); err != nil {
						return
					}
					if string(b) == "later" {
						<-answer
					}
					_, _ = c.Write(b)
				}
			})
			var calls atomic.Int32
			wait, woken := make(chan struct{}), make(chan struct{})
			f := serve(t, backends(func(context.Context, uuid.UUID) (gateway.Backend, error) {
				if calls.Add(1) > 2 {
					close(wait)
					<-woken
				}
				return gateway.Backend{HTTP: address}, nil
			}))
			s := f.service()
			quiet, busy := f.connect(s.Ports.HTTPS), f.connect(s.Ports.HTTPS)
			says(t, quiet, "hello")
			_, _ = io.WriteString(busy, "later")
			eventually(t, "the request", func() bool { return calls.Load() == 2 && f.Usage(s.ID).BytesIn == 10 })
			s.Goal = goal
			f.ApplyServices(one(s), nil)
			waits := f.connect(s.Ports.HTTPS)
			_, _ = io.WriteString(waits, "first")
			f.within("the wait", wait)
			if rest, err := io.ReadAll(quiet); err != nil || len(rest) > 0 {
				t.Errorf("%q, %v", rest, err)
			}
			close(answer)
			got := make([]byte, 5)
			if _, err := io.ReadFull(busy, got); err != nil || string(got) != "later" {
				t.Errorf("%q, %v", got, err)
			}
			s.Goal = cloud.GoalRunning
			f.ApplyServices(one(s), nil)
			close(woken)
			if _, err := io.ReadFull(waits, got); err != nil || string(got) != "first" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
