package access_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/access"
	"github.com/gatehouse/gatehouse/internal/cloud"
)

// crowd is a directory with many keys, 100 in each organization, and the credentials of some of them.
type crowd struct {
	directory   *access.Directory
	credentials []crowdCredential // spread evenly, so that a cache does not hold all they touch
	bytesPerKey float64
}

type crowdCredential struct {
	keyID, secret string
	organization  uuid.UUID
}

const crowdSample = 1 << 12

// crowds are built once: a benchmark function is called several times.
var crowds = map[int]func() *crowd{
	1:         sync.OnceValue(func() *crowd { return newCrowd(1) }),
	10_000:    sync.OnceValue(func() *crowd { return newCrowd(10_000) }),
	100_000:   sync.OnceValue(func() *crowd { return newCrowd(100_000) }),
	1_000_000: sync.OnceValue(func() *crowd { return newCrowd(1_000_000) }),
}

// newCrowd measures what the heap grows by, names included, from before the keys
// were read until what they were read into is gone.
func newCrowd(n int) *crowd {
	c := &crowd{directory: access.NewDirectory(cloud.SystemClock{})}
	before := heap()
	c.directory.Load(crowdState(n))
	c.bytesPerKey = float64(heap()-before) / float64(n)
	for i := 0; i < n; i += max(1, n/crowdSample) {
		credential := crowdCredentialOf(i)
		c.credentials = append(c.credentials, credential)
		// The first use in a minute is remembered, which is not what a request costs.
		if _, err := c.directory.Authenticate(credential.keyID, credential.secret, netip.Addr{}); err != nil {
			panic(err)
		}
	}
	return c
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // the second one frees what the first one had to finalize
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func crowdState(n int) access.State {
	s := access.State{Revision: 1, Keys: make([]cloud.Key, 0, n)}
	roles := []uuid.UUID{systemRoleID(cloud.RoleAdmin)}
	for i := range n {
		credential := crowdCredentialOf(i)
		if i%100 == 0 {
			s.Organizations = append(s.Organizations, cloud.Organization{ID: credential.organization, Name: "organization"})
		}
		s.Keys = append(s.Keys, cloud.Key{
			ID:             numberedID(2, i),
			OrganizationID: credential.organization,
			Name:           "key " + strconv.Itoa(i),
			State:          cloud.KeyEnabled,
			Credential:     cloud.HashedCredential{KeyID: cloud.HashOf(credential.keyID), Secret: cloud.HashOf(credential.secret)},
			RoleIDs:        roles,
		})
	}
	return s
}

// crowdCredentialOf returns the credential of the i-th key, as long as a real one.
func crowdCredentialOf(i int) crowdCredential {
	return crowdCredential{
		keyID:        fmt.Sprintf("%020d", i),
		secret:       fmt.Sprintf("4b1d%038d", i),
		organization: numberedID(1, i/100),
	}
}

func BenchmarkVerifyAndAuthorize(b *testing.B) {
	from := netip.MustParseAddr("203.0.113.7")
	for _, n := range []int{1, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("keys=%d", n), func(b *testing.B) {
			c := crowds[n]()
			b.Run("hit", func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					c.verifyAndAuthorize(b, i, from)
				}
				b.ReportMetric(c.bytesPerKey, "bytes/key")
			})
			b.Run("hit-parallel", func(b *testing.B) {
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for i := 0; pb.Next(); i++ {
						c.verifyAndAuthorize(b, i, from)
					}
				})
			})
			b.Run("wrong-secret", func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if _, err := c.directory.Authenticate(c.credentials[i%len(c.credentials)].keyID, unknownSecret, from); err == nil {
						b.Fatal("a wrong secret was accepted")
					}
				}
			})
			b.Run("miss", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.directory.Authenticate(unknownKeyID, unknownSecret, from); err == nil {
						b.Fatal("an unknown key was accepted")
					}
				}
			})
		})
	}
}

const (
	unknownKeyID  = "nobody00000000000000"
	unknownSecret = "4b1d" + "nobody" + "00000000000000000000000000000000"
)

// verifyAndAuthorize does for one request what the API and control do.
func (c *crowd) verifyAndAuthorize(tb testing.TB, i int, from netip.Addr) {
	credential := &c.credentials[i%len(c.credentials)]
	p, err := c.directory.Authenticate(credential.keyID, credential.secret, from)
	if err == nil {
		err = p.In(credential.organization)
	}
	if err == nil {
		err = p.May(credential.organization, cloud.OrganizationResource(credential.organization), cloud.ViewAPIKeys)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkVerifyWithAddressList is the longest address list a key may have, and an
// address in the middle of it.
func BenchmarkVerifyWithAddressList(b *testing.B) {
	credential := crowdCredentialOf(0)
	s := crowdState(1)
	for i := range cloud.MaxAddressEntries {
		s.Keys[0].Addresses = append(s.Keys[0].Addresses, cloud.AddressEntry{Source: fmt.Sprintf("10.%d.%d.0/25", i/250, i%250)})
	}
	directory := access.NewDirectory(cloud.SystemClock{})
	directory.Load(s)
	from := netip.MustParseAddr("10.2.0.7")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := directory.Authenticate(credential.keyID, credential.secret, from); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApply is how long a change waits until it is in force, when there are many keys:
// a key that comes and goes, and one that changes.
func BenchmarkApply(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("keys=%d", n), func(b *testing.B) {
			d := access.NewDirectory(cloud.SystemClock{})
			s := crowdState(n)
			d.Load(s)
			revision, newcomer := s.Revision, s.Keys[0]
			newcomer.ID, newcomer.Credential = numberedID(3, 0), cloud.HashedCredential{KeyID: cloud.HashOf("newcomer")}
			apply := func(c access.Change) {
				revision++
				c.Revision = revision
				if !d.Apply(c) {
					b.Fatal("the change was refused")
				}
			}
			b.Run("create-and-delete", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					apply(access.Change{Keys: []cloud.Key{newcomer}})
					apply(access.Change{DeletedKeys: []cloud.Key{newcomer}})
				}
			})
			b.Run("update", func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					apply(access.Change{Keys: []cloud.Key{s.Keys[i%n]}})
				}
			})
		})
	}
}

// BenchmarkLoad is how long nobody can be admitted when the store had to be read again, the reading aside.
func BenchmarkLoad(b *testing.B) {
	s := crowdState(1_000_000)
	for b.Loop() {
		access.NewDirectory(cloud.SystemClock{}).Load(s)
	}
}

// BenchmarkTake is the cost of counting a request, all of them on one key.
func BenchmarkTake(b *testing.B) {
	c := crowds[1]()
	p, err := c.directory.Authenticate(c.credentials[0].keyID, c.credentials[0].secret, netip.Addr{})
	if err != nil {
		b.Fatal(err)
	}
	limit := access.Limit{Requests: 600, Window: 10 * time.Second}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p.Take(limit)
		}
	})
}
