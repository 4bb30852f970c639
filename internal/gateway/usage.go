package gateway

import (
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Usage is what clients have done with a service since Gatehouse was started.
type Usage struct {
	// Connections is how many are open now.
	Connections int
	// BytesIn came from clients and BytesOut went to them, inside TLS.
	BytesIn, BytesOut uint64
	// LastActivity is when the last byte passed; zero when none has.
	LastActivity time.Time
}

// Usage returns that of a service; zero for one that is not known.
func (g *Gateway) Usage(id uuid.UUID) Usage {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.services[id]
	if s == nil {
		return Usage{}
	}
	u := Usage{Connections: len(s.conns), BytesIn: s.bytesIn.Load(), BytesOut: s.bytesOut.Load()}
	if at := s.lastActivity.Load(); at != 0 {
		u.LastActivity = time.UnixMilli(at).UTC()
	}
	return u
}

// counters are those of one service.
type counters struct {
	openNow           [len(protocols)]int // these two belong to Gateway.mu
	total             [len(protocols)]uint64
	refused           refusals
	bytesIn, bytesOut atomic.Uint64
	lastActivity      atomic.Int64 // Unix time in milliseconds
}

func (c *counters) opened(p *protocol) {
	c.openNow[p.index]++
	c.total[p.index]++
}

func (c *counters) closed(p *protocol) { c.openNow[p.index]-- }

// refusal says why a connection was not carried.
type refusal int

const (
	refusedAddress   refusal = iota // the address list does not allow the client
	refusedLimit                    // there are as many connections as there may be
	refusedName                     // no service has the name that was asked for
	refusedProxy                    // a trusted proxy sent no PROXY header that can be read
	refusedHandshake                // TLS was not agreed on, or not in time
	refusalCount
)

var refusalNames = [refusalCount]string{"address", "limit", "name", "proxy", "handshake"}

type refusals [refusalCount]atomic.Uint64
