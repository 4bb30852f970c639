package cloud

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// MaxAddressEntries is the longest address list of a key.
const MaxAddressEntries = 1000

// AddressEntry is one line of an address list (OpenAPI schema IpAccessListEntry).
// Source is kept as it was written.
type AddressEntry struct {
	Source      string `json:"source"`
	Description string `json:"description,omitempty"`
}

// AddressList says from where a key may be used: nil from anywhere, empty from nowhere.
type AddressList []AddressEntry

// ParseAddressList checks entries. It returns Invalid, which names the entry and its value.
// A nil list stays nil.
func ParseAddressList(field string, entries []AddressEntry) (AddressList, error) {
	if entries == nil {
		return nil, nil
	}
	if len(entries) > MaxAddressEntries {
		return nil, Errorf(Invalid, "%s: expected at most %d entries, got %d", field, MaxAddressEntries, len(entries))
	}
	list := make(AddressList, 0, len(entries))
	for i, e := range entries {
		if _, err := parseSource(e.Source); err != nil {
			return nil, Errorf(Invalid, "%s[%d].source: expected an IPv4 or IPv6 address or CIDR range such as 203.0.113.0/24, got %q", field, i, e.Source)
		}
		if err := checkText(fmt.Sprintf("%s[%d].description", field, i), e.Description, MaxNameLength); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// Anywhere reports whether the list allows every address because there is no list.
func (l AddressList) Anywhere() bool { return l == nil }

// Equal reports whether both lists have the same entries in the same order.
func (l AddressList) Equal(other AddressList) bool {
	return (l == nil) == (other == nil) && slices.Equal(l, other)
}

// Set returns the list in the form that answers quickly.
func (l AddressList) Set() AddressSet {
	if l == nil {
		return AddressSet{everywhere: true}
	}
	var ranges []addressRange
	for _, e := range l {
		r, err := parseSource(e.Source)
		if err != nil {
			continue // a list is parsed before it is kept; one that is not must not let anyone in
		}
		ranges = append(ranges, r...)
	}
	return AddressSet{ranges: mergeRanges(ranges)}
}

// AddressSet is a set of addresses. The zero value is empty.
type AddressSet struct {
	everywhere bool
	ranges     []addressRange // sorted, disjoint, not adjacent within one family
}

type addressRange struct{ from, to netip.Addr }

// Empty reports whether the set holds no address.
func (s AddressSet) Empty() bool { return !s.everywhere && len(s.ranges) == 0 }

// Contains reports whether the address is in the set. IPv4 written as IPv6
// (::ffff:192.0.2.1) is IPv4. An invalid address, such as that of a connection
// that is not by network, is only everywhere.
func (s AddressSet) Contains(a netip.Addr) bool {
	if s.everywhere {
		return true
	}
	if !a.IsValid() {
		return false
	}
	i := s.search(a.Unmap().WithZone(""))
	return i >= 0
}

// Covers reports whether every address of other is in s.
func (s AddressSet) Covers(other AddressSet) bool {
	if s.everywhere {
		return true
	}
	if other.everywhere {
		return false
	}
	for _, r := range other.ranges {
		// Ranges of s are neither touching nor overlapping, so r lies in one or not at all.
		i := s.search(r.from)
		if i < 0 || s.ranges[i].to.Less(r.to) {
			return false
		}
	}
	return true
}

// search returns the index of the range that holds a, or -1.
func (s AddressSet) search(a netip.Addr) int {
	i, found := slices.BinarySearchFunc(s.ranges, a, func(r addressRange, a netip.Addr) int {
		switch {
		case r.to.Less(a):
			return -1
		case a.Less(r.from):
			return 1
		default:
			return 0
		}
	})
	if !found {
		return -1
	}
	return i
}

// parseSource reads an address or a CIDR range. 0.0.0.0/0 means every address,
// IPv6 too: clients of the Cloud, which knows IPv4 only, write it for "anywhere".
func parseSource(source string) ([]addressRange, error) {
	if !strings.Contains(source, "/") {
		a, err := netip.ParseAddr(source)
		if err != nil {
			return nil, err
		}
		if a.Zone() != "" {
			return nil, Errorf(Invalid, "a zone is not allowed")
		}
		a = a.Unmap()
		return []addressRange{{a, a}}, nil
	}
	p, err := netip.ParsePrefix(source)
	if err != nil {
		return nil, err
	}
	if p.Addr().Is4() && p.Bits() == 0 {
		return []addressRange{rangeOf(p), rangeOf(netip.PrefixFrom(netip.IPv6Unspecified(), 0))}, nil
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return []addressRange{rangeOf(p)}, nil
}

func rangeOf(p netip.Prefix) addressRange {
	p = p.Masked()
	last := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(last)*8; bit++ {
		last[bit/8] |= 1 << (7 - bit%8)
	}
	to, _ := netip.AddrFromSlice(last)
	return addressRange{p.Addr(), to}
}

// mergeRanges sorts ranges and joins those that overlap or touch.
func mergeRanges(in []addressRange) []addressRange {
	slices.SortFunc(in, func(a, b addressRange) int { return a.from.Compare(b.from) })
	var out []addressRange
	for _, r := range in {
		if n := len(out); n > 0 && out[n-1].from.BitLen() == r.from.BitLen() {
			last := &out[n-1]
			if next := last.to.Next(); !next.IsValid() || !next.Less(r.from) {
				if last.to.Less(r.to) {
					last.to = r.to
				}
				continue
			}
		}
		out = append(out, r)
	}
	return slices.Clip(out)
}
