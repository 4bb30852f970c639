package cloud_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// addresses returns a list of the sources, as it is read from a request.
func addresses(t rapid.TB, sources ...string) cloud.AddressList {
	entries := []cloud.AddressEntry{}
	for _, s := range sources {
		entries = append(entries, cloud.AddressEntry{Source: s})
	}
	l, err := cloud.ParseAddressList("ipAccessList", entries)
	if err != nil {
		t.Fatalf("%v: %v", sources, err)
	}
	return l
}

func TestAddressListAllowsWhatItSays(t *testing.T) {
	// What a list allows, by example: each form that clients write.
	for _, test := range []struct {
		sources  []string
		allowed  []string
		refused  []string
		question string
	}{
		{
			question: "one IPv4 address", sources: []string{"203.0.113.1"},
			allowed: []string{"203.0.113.1", "::ffff:203.0.113.1"}, refused: []string{"203.0.113.0", "203.0.113.2", "::203.0.113.1", "2001:db8::1"},
		},
		{
			question: "an IPv4 range", sources: []string{"203.0.113.0/24"},
			allowed: []string{"203.0.113.0", "203.0.113.255", "::ffff:203.0.113.9"}, refused: []string{"203.0.112.255", "203.0.114.0"},
		},
		{
			question: "a range with host bits", sources: []string{"203.0.113.77/24", "2001:db8::77/120"},
			allowed: []string{"203.0.113.0", "203.0.113.255", "2001:db8::", "2001:db8::ff"}, refused: []string{"203.0.114.0", "2001:db8::100"},
		},
		{
			question: "IPv6", sources: []string{"2001:db8::/32", "fe80::1"},
			allowed: []string{"2001:db8::1", "2001:db8:ffff:ffff::", "fe80::1", "fe80::1%eth0"}, refused: []string{"2001:db9::", "fe80::2", "1.2.3.4"},
		},
		{
			question: "IPv4 written as IPv6", sources: []string{"::ffff:192.0.2.1", "::ffff:198.51.100.0/120"},
			allowed: []string{"192.0.2.1", "::ffff:192.0.2.1", "198.51.100.255"}, refused: []string{"192.0.2.2", "198.51.101.0", "::ffff:198.51.101.0"},
		},
		{
			question: "0.0.0.0/0 is anywhere, IPv6 too", sources: []string{"0.0.0.0/0"},
			allowed: []string{"0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		},
		{
			question: "0.0.0.0/0 with host bits", sources: []string{"10.0.0.1/0"},
			allowed: []string{"8.8.8.8", "2001:db8::1"},
		},
		{
			question: "all of IPv4, written as IPv6, is not IPv6", sources: []string{"::ffff:0.0.0.0/96"},
			allowed: []string{"0.0.0.0", "255.255.255.255"}, refused: []string{"::", "2001:db8::1"},
		},
		{
			question: "all of IPv6 is not IPv4", sources: []string{"::/0"},
			allowed: []string{"::", "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, refused: []string{"0.0.0.0", "8.8.8.8", "::ffff:8.8.8.8"},
		},
		{
			question: "both halves of IPv4 are not IPv6", sources: []string{"0.0.0.0/1", "128.0.0.0/1"},
			allowed: []string{"0.0.0.0", "127.255.255.255", "128.0.0.0", "255.255.255.255"}, refused: []string{"::1"},
		},
		{
			question: "ranges within each other", sources: []string{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "10.1.2.3"},
			allowed: []string{"10.0.0.0", "10.1.2.3", "10.1.2.4", "10.255.255.255"}, refused: []string{"11.0.0.0", "9.255.255.255"},
		},
	} {
		set := addresses(t, test.sources...).Set()
		for _, a := range test.allowed {
			if !set.Contains(netip.MustParseAddr(a)) {
				t.Errorf("%s: %v does not allow %s", test.question, test.sources, a)
			}
		}
		for _, a := range test.refused {
			if set.Contains(netip.MustParseAddr(a)) {
				t.Errorf("%s: %v allows %s", test.question, test.sources, a)
			}
		}
		if set.Empty() || set.Contains(netip.Addr{}) {
			t.Errorf("%s: the set is empty, or allows a connection that is not by network", test.question)
		}
	}
}

func TestNoAddressListIsEverybodyAndAnEmptyOneIsNobody(t *testing.T) {
	// Absent means from anywhere, [] means from nowhere: the two must never be mixed up.
	anywhere, err := cloud.ParseAddressList("ipAccessList", nil)
	if err != nil || anywhere != nil || !anywhere.Anywhere() {
		t.Fatalf("nil became %#v, %v", anywhere, err)
	}
	nowhere, err := cloud.ParseAddressList("ipAccessList", []cloud.AddressEntry{})
	if err != nil || nowhere == nil || nowhere.Anywhere() {
		t.Fatalf("[] became %#v, %v", nowhere, err)
	}
	if anywhere.Equal(nowhere) || nowhere.Equal(anywhere) {
		t.Error("they are equal")
	}
	for _, a := range []netip.Addr{{}, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")} {
		if !anywhere.Set().Contains(a) || nowhere.Set().Contains(a) || (cloud.AddressSet{}).Contains(a) {
			t.Errorf("wrong for %s", a)
		}
	}
	if anywhere.Set().Empty() || !nowhere.Set().Empty() || !(cloud.AddressSet{}).Empty() {
		t.Error("which of them is empty is wrong")
	}
}

func TestParseAddressListRefusesWhatIsNoAddress(t *testing.T) {
	// An entry that is not understood is refused with its place and value: a list
	// that allows something else than its author thinks is worse than none.
	for _, source := range []string{
		"", " ", "localhost", "203.0.113", "203.0.113.1 ", " 203.0.113.1", "203.0.113.1\n", "203.0.113.256", "203.0.113.1/33", "203.0.113.1/-1",
		"203.0.113.1/", "203.0.113.1/ 24", "203.0.113.1/24/24", "203.0.113.1/255.255.255.0", "203.0.113.*", "203.0.113.1-203.0.113.9",
		"203.0.113.1:443", "[2001:db8::1]", "2001:db8::1/129", "2001:db8:::1", "fe80::1%eth0", "fe80::1%eth0/64", "fe80::/64%eth0", "::ffff:203.0.113.1%eth0",
		// Leading zeros are octal to some readers.
		"203.0.113.01", "203.000.113.1", "0203.0.113.1", "203.0.113.0/024", "2001:db8::1/064", "0x7f.0.0.1", "3405803777",
	} {
		_, err := cloud.ParseAddressList("ipAccessList", []cloud.AddressEntry{{Source: "192.0.2.1"}, {Source: source}})
		want := fmt.Sprintf("ipAccessList[1].source: expected an IPv4 or IPv6 address or CIDR range such as 203.0.113.0/24, got %q", source)
		if cloud.CodeOf(err) != cloud.Invalid || err.Error() != want {
			t.Errorf("%q: %v", source, err)
		}
	}
}

func TestAddressListIsBounded(t *testing.T) {
	// The number of entries and the length of what is written in each has a limit.
	entries := make([]cloud.AddressEntry, cloud.MaxAddressEntries+1)
	for i := range entries {
		entries[i].Source = fmt.Sprintf("10.0.%d.%d", i/256, i%256)
	}
	if _, err := cloud.ParseAddressList("ipAccessList", entries); cloud.CodeOf(err) != cloud.Invalid {
		t.Errorf("%d entries: %v", len(entries), err)
	}
	l, err := cloud.ParseAddressList("ipAccessList", entries[1:])
	if err != nil || len(l) != cloud.MaxAddressEntries {
		t.Errorf("%d entries: %v", len(l), err)
	}
	for _, description := range []string{strings.Repeat("é", cloud.MaxNameLength+1), "two\nlines", "\xff"} {
		_, err := cloud.ParseAddressList("ipAccessList", []cloud.AddressEntry{{Source: "::1"}, {Source: "::2", Description: description}})
		if cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), "ipAccessList[1].description: ") {
			t.Errorf("%q: %v", description, err)
		}
	}
}

func TestAddressListIsKeptAsItWasWritten(t *testing.T) {
	// Clients compare what they sent with what they read: order, case, host bits,
	// repetitions and descriptions stay. Two lists are equal when they read the same.
	in := []cloud.AddressEntry{
		{Source: "203.0.113.77/24", Description: "office"}, {Source: "2001:DB8::1"}, {Source: "203.0.113.77/24"}, {Source: "0.0.0.0/0", Description: "anywhere"},
	}
	l, err := cloud.ParseAddressList("ipAccessList", in)
	if err != nil || !reflect.DeepEqual([]cloud.AddressEntry(l), in) || !l.Equal(in) {
		t.Fatalf("%v, %v", l, err)
	}
	in[0].Source = "::1"
	if l.Equal(in) || l[0].Source != "203.0.113.77/24" {
		t.Error("the list changes with what it was read from")
	}
}

func TestListThatWasNotParsedLetsNobodyIn(t *testing.T) {
	// Should an entry that is not understood ever be in the store, it allows nothing,
	// and never everything.
	set := cloud.AddressList{{Source: "anything"}}.Set()
	if !set.Empty() || set.Contains(netip.MustParseAddr("192.0.2.1")) || set.Contains(netip.Addr{}) {
		t.Error("an address is allowed")
	}
}

func TestAddressSetIsThatOfItsEntries(t *testing.T) {
	// The sorted, merged ranges hold the same addresses as all entries asked one after
	// another, at every border of every entry.
	rapid.Check(t, func(t *rapid.T) {
		sources := rapid.SliceOfN(source, 1, 12).Draw(t, "sources")
		set := addresses(t, sources...).Set()
		for _, a := range borders(sources) {
			if got, want := set.Contains(a), naiveContains(sources, a); got != want {
				t.Fatalf("%v contains %s: %t, one after another %t", sources, a, got, want)
			}
		}
	})
}

func TestAddressSetCoversWhatItHoldsAllOf(t *testing.T) {
	// Whether a new address list of a key opens more than the old one is decided by
	// this: Covers is true exactly when no address is in other alone.
	list := rapid.Custom(func(t *rapid.T) cloud.AddressList {
		if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
			return nil
		}
		return addresses(t, rapid.SliceOfN(source, 0, 8).Draw(t, "sources")...)
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := list.Draw(t, "a"), list.Draw(t, "b")
		// Where b has an address that a has not, one of them stands at a border.
		want := true
		for _, x := range append(borders(append(sourcesOf(a), sourcesOf(b)...)), netip.Addr{}) {
			want = want && (a.Set().Contains(x) || !b.Set().Contains(x))
		}
		if got := a.Set().Covers(b.Set()); got != want {
			t.Fatalf("%v covers %v: %t instead of %t", a, b, got, want)
		}
		if !a.Set().Covers(a.Set()) || !a.Set().Covers(cloud.AddressSet{}) || !cloud.AddressList(nil).Set().Covers(a.Set()) {
			t.Fatal("a set does not cover itself, or nobody, or everybody does not cover it")
		}
	})
}

func FuzzAddressList(f *testing.F) {
	// No source makes a panic. What is accepted is matched like its entries one after
	// another, is read again as the same set, and covers itself.
	for _, sources := range []string{
		"203.0.113.0/24", "0.0.0.0/0", "::/0", "::ffff:1.2.3.4/96\n1.2.3.4", "10.0.0.1/8\n10.0.0.1\n11.0.0.0/8", "255.255.255.255\n::", "fe80::1%eth0",
		"2001:db8::1/0\n1.1.1.1/32", "::ffff:1.2.3.4/90", "\n", "1.2.3.04",
	} {
		f.Add(sources, "10.0.0.1")
	}
	f.Fuzz(func(t *testing.T, text, probe string) {
		var entries []cloud.AddressEntry
		for s := range strings.SplitSeq(text, "\n") {
			entries = append(entries, cloud.AddressEntry{Source: s})
		}
		l, err := cloud.ParseAddressList("ipAccessList", entries)
		if err != nil {
			if cloud.CodeOf(err) != cloud.Invalid || l != nil {
				t.Errorf("%v, %v", l, err)
			}
			return
		}
		set := l.Set()
		probes := borders(sourcesOf(l))
		if a, err := netip.ParseAddr(probe); err == nil {
			probes = append(probes, a)
		}
		for _, a := range probes {
			if got, want := set.Contains(a), naiveContains(sourcesOf(l), a); got != want {
				t.Errorf("%q contains %s: %t, one after another %t", text, a, got, want)
			}
		}
		again, err := cloud.ParseAddressList("ipAccessList", l)
		if err != nil || !again.Equal(l) || !reflect.DeepEqual(again.Set(), set) || !set.Covers(again.Set()) {
			t.Errorf("%q is read again as %v, %v", text, again, err)
		}
	})
}

// source draws sources that lie close together, so that they touch and overlap,
// and some at the ends of both families.
var source = rapid.Custom(func(t *rapid.T) string {
	last := rapid.IntRange(0, 255).Draw(t, "last")
	four := rapid.SampledFrom([]string{"10.0.0.%d", "10.0.1.%d", "255.255.255.%d", "0.0.0.%d"})
	six := rapid.SampledFrom([]string{"2001:db8::%x", "2001:db8::1:%x", "::%x", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff%02x", "::ffff:10.0.0.%d"})
	bits := func(most int) string {
		switch rapid.IntRange(0, 4).Draw(t, "range") {
		case 0:
			return ""
		case 1:
			return fmt.Sprintf("/%d", rapid.IntRange(0, most).Draw(t, "bits"))
		default:
			return fmt.Sprintf("/%d", rapid.IntRange(most-9, most).Draw(t, "bits"))
		}
	}
	if rapid.Bool().Draw(t, "IPv4") {
		return fmt.Sprintf(four.Draw(t, "four"), last) + bits(32)
	}
	return fmt.Sprintf(six.Draw(t, "six"), last) + bits(128)
})

func sourcesOf(l cloud.AddressList) (out []string) {
	for _, e := range l {
		out = append(out, e.Source)
	}
	return out
}

// naiveContains asks each source, as netip understands it.
func naiveContains(sources []string, a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, s := range sources {
		p := naivePrefix(s)
		if p.Contains(a) || p.Addr().Is4() && p.Bits() == 0 && !strings.HasPrefix(s, "::") {
			return true
		}
	}
	return false
}

// naivePrefix reads a source that ParseAddressList accepts.
func naivePrefix(s string) netip.Prefix {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen())
	}
	p := netip.MustParsePrefix(s)
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}

// borders returns the first and the last address of each source with their
// neighbours, and the ends of both families.
func borders(sources []string) []netip.Addr {
	var out []netip.Addr
	for _, a := range []string{"0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:10.0.0.1"} {
		out = append(out, netip.MustParseAddr(a))
	}
	for _, s := range sources {
		p := naivePrefix(s).Masked()
		last := p.Addr().AsSlice()
		for i := range last {
			if covered := p.Bits() - 8*i; covered < 8 {
				last[i] |= 0xff >> max(covered, 0)
			}
		}
		end, _ := netip.AddrFromSlice(last)
		for _, a := range []netip.Addr{p.Addr().Prev(), p.Addr(), p.Addr().Next(), end.Prev(), end, end.Next()} {
			if a.IsValid() {
				out = append(out, a)
			}
		}
	}
	return out
}
