package gateway_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/gatehouse/gatehouse/internal/gateway"
)

// sockets returns both ends of a connection.
func sockets(t testing.TB) (near, far *net.TCPConn) {
	t.Helper()
	l, err := listenOn(clientIP + ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := dialTCP(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	a, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); a.Close() })
	return c.(*net.TCPConn), a.(*net.TCPConn)
}

// tlsRecord is one with a body of so many bytes.
func tlsRecord(n int) []byte {
	b := binary.BigEndian.AppendUint16([]byte{23, 3, 3}, uint16(n))
	return append(b, bytes.Repeat([]byte{byte(n)}, n)...)
}

func TestRecordsAreHandedOutOneByOne(t *testing.T) {
	// However much is read at once, TLS is handed no more than the rest of a record, so that
	// it is known when another whole one is there.
	near, far := sockets(t)
	head := tlsRecord(7)
	all := append(append(append([]byte{}, tlsRecord(100)...), tlsRecord(0)...), tlsRecord(50)...)
	if _, err := far.Write(all[:len(all)-1]); err != nil {
		t.Fatal(err)
	}
	_ = far.CloseWrite()
	w := gateway.NewWire(near, head)
	b := make([]byte, 1000)
	for i, step := range []struct {
		size, n int
		whole   bool // another record is there, after that
	}{{1000, 12, false}, {3, 3, false}, {1000, 102, true}, {1000, 5, false}, {5, 5, false}, {1000, 49, false}} {
		n, err := w.Read(b[:step.size])
		if n != step.n || err != nil || w.HasRecord() != step.whole {
			t.Errorf("%d: %d bytes, %v, another one: %v", i, n, err, w.HasRecord())
		}
	}
	if n, err := w.Read(b); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("%d, %v", n, err)
	}
}

func TestHeldRecordsAreSentInOrder(t *testing.T) {
	// What is held back is sent whole and in order, however much it is.
	near, far := sockets(t)
	var want []byte
	got := make(chan []byte)
	go func() {
		b, _ := io.ReadAll(far)
		got <- b
	}()
	w := gateway.NewWire(near, nil)
	write := func(n int) {
		p := tlsRecord(n)
		want = append(want, p...)
		if k, err := w.Write(p); k != len(p) || err != nil {
			t.Error(k, err)
		}
	}
	write(3)
	for range 3 {
		w.Hold()
		for range 20 {
			write(16 << 10)
		}
		write(0)
		if err := w.Flush(); err != nil {
			t.Error(err)
		}
	}
	write(5)
	w.Hold()
	if err := w.Flush(); err != nil {
		t.Error(err)
	}
	_ = near.CloseWrite()
	if b := within(t, "all of it", got); !bytes.Equal(b, want) {
		t.Errorf("%d bytes of %d", len(b), len(want))
	}
}

func FuzzWire(f *testing.F) {
	// Whatever a client sends, and in whatever pieces it is read, TLS is handed exactly that.
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), []byte{1, 9}, uint8(3))
	f.Add(append(tlsRecord(300), tlsRecord(2)...), []byte{5, 200, 1}, uint8(0))
	f.Add([]byte{23, 3, 3}, []byte{2}, uint8(2))
	f.Fuzz(func(t *testing.T, sent, sizes []byte, headed uint8) {
		if len(sent) > 64<<10 || len(sizes) == 0 {
			t.Skip()
		}
		near, far := sockets(t)
		k := min(int(headed), len(sent))
		go func() {
			_, _ = far.Write(sent[k:])
			_ = far.CloseWrite()
		}()
		w := gateway.NewWire(near, sent[:k])
		var got []byte
		for i := 0; ; i++ {
			b := make([]byte, 1+int(sizes[i%len(sizes)]))
			n, err := w.Read(b)
			got = append(got, b[:n]...)
			_ = w.HasRecord()
			if err != nil {
				break
			}
			if n == 0 {
				t.Fatal("nothing was read, and no end")
			}
		}
		if !bytes.Equal(got, sent) {
			t.Errorf("%q of %q", got, sent)
		}
	})
}
