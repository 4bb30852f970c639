package gateway

import "time"

// Looks at a connection, one each quietTick, after which it is quiet when nothing passed
// meanwhile. A query that runs shows progress more often, over the native protocol.
const (
	restLooks  = 3
	drainLooks = 10
)

// quietWatch finds connections on which nothing goes on: the client asked nothing yet, or
// was answered, and nothing passed for a while.
type quietWatch struct {
	looks int
	seen  map[*conn]quietSince
}

type quietSince struct {
	chunks uint64
	looks  int
}

func newQuietWatch(looks int) quietWatch {
	return quietWatch{looks: looks, seen: map[*conn]quietSince{}}
}

// endQuiet looks at connections once and ends those that are quiet.
func (w quietWatch) endQuiet(conns []*conn) {
	for _, c := range conns {
		s := w.seen[c]
		if chunks := c.chunks.Load(); chunks != s.chunks {
			w.seen[c] = quietSince{chunks: chunks}
			continue
		}
		if s.looks++; s.looks >= w.looks && (s.chunks == 0 || c.answered.Load()) {
			c.end()
		}
		w.seen[c] = s
	}
}

// rest ends connections of a service that is to idle or to stop, so that its server need
// not wait for clients who keep them open for later. Those in use end with the server;
// those that wait for the server are left alone.
func (g *Gateway) rest(s *service) {
	tick := time.NewTicker(quietTick)
	defer tick.Stop()
	for watch := newQuietWatch(restLooks); ; {
		conns := g.attachedTo(s)
		if len(conns) == 0 {
			return
		}
		watch.endQuiet(conns)
		select {
		case <-g.ending.Done():
			return
		case <-tick.C:
		}
	}
}

// attachedTo returns the connections that have the server of a service that is to rest.
func (g *Gateway) attachedTo(s *service) (out []*conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !s.resting {
		return nil
	}
	for c := range s.conns {
		if c.attached() {
			out = append(out, c)
		}
	}
	return out
}
