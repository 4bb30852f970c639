package cloud_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestAddressesOfAServiceAreNeverNoList(t *testing.T) {
	// However a list is edited, it stays a list: without one everybody would be let in. What is
	// removed is gone unless it is added, what is added is there once more often than before at
	// most, and what is in neither keeps its order.
	source := rapid.SampledFrom([]string{"10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "0.0.0.0/0", "198.51.100.7"})
	list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) cloud.AddressEntry {
		return cloud.AddressEntry{Source: source.Draw(t, "source"), Description: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "description")}
	}), 0, 5)
	rapid.Check(t, func(rt *rapid.T) {
		var s cloud.Service
		if rapid.Bool().Draw(rt, "some") {
			s.Addresses = slices.Concat(cloud.AddressList{}, list.Draw(rt, "before"))
		}
		before := slices.Clone(s.Addresses)
		add, remove := list.Draw(rt, "add"), list.Draw(rt, "remove")
		if err := (cloud.ServicePatch{AddAddresses: add, RemoveAddresses: remove}).Apply(&s, cloud.Organization{EnableCoreDumps: true}); err != nil {
			rt.Fatal(err)
		}
		has := func(list []cloud.AddressEntry, e cloud.AddressEntry) bool {
			return slices.ContainsFunc(list, func(o cloud.AddressEntry) bool { return o.Source == e.Source })
		}
		if s.Addresses == nil || s.Addresses.Anywhere() {
			rt.Fatal("there is no list")
		}
		for _, e := range s.Addresses {
			if !has(add, e) && (has(remove, e) || !has(before, e)) {
				rt.Fatalf("%v is in %v", e, s.Addresses)
			}
		}
		for _, e := range add {
			if !slices.Contains(s.Addresses, e) && !slices.ContainsFunc(add, func(o cloud.AddressEntry) bool { return o.Source == e.Source && o != e }) {
				rt.Fatalf("%v is not in %v", e, s.Addresses)
			}
		}
		kept := func(list cloud.AddressList) (out []cloud.AddressEntry) {
			for _, e := range list {
				if !has(add, e) && !has(remove, e) {
					out = append(out, e)
				}
			}
			return out
		}
		if !slices.Equal(kept(before), kept(s.Addresses)) {
			rt.Fatalf("%v became %v", before, s.Addresses)
		}
	})
}

func TestTagsOfAService(t *testing.T) {
	// Tags are removed and found by their keys; a key is there once.
	s := cloud.Service{ServiceConfig: cloud.ServiceConfig{Tags: []cloud.Tag{{Key: "a", Value: "1"}, {Key: "b"}}}}
	patch := cloud.ServicePatch{RemoveTags: []cloud.Tag{{Key: "b", Value: "of old"}}, AddTags: []cloud.Tag{{Key: "c"}, {Key: "a", Value: "2"}, {Key: "c", Value: "3"}}}
	if err := patch.Apply(&s, cloud.Organization{}); err != nil || !slices.Equal(s.Tags, []cloud.Tag{{Key: "a", Value: "2"}, {Key: "c", Value: "3"}}) {
		t.Errorf("the tags are %v: %v", s.Tags, err)
	}
	var many []cloud.Tag
	for i := range cloud.MaxTags - 2 {
		many = append(many, cloud.Tag{Key: fmt.Sprint("tag-", i)})
	}
	if err := (cloud.ServicePatch{AddTags: many}).Apply(&s, cloud.Organization{}); err != nil || len(s.Tags) != cloud.MaxTags {
		t.Errorf("there are %d tags: %v", len(s.Tags), err)
	}
	refusedWith(t, (cloud.ServicePatch{AddTags: []cloud.Tag{{Key: "one-more"}}}).Apply(&s, cloud.Organization{}), "tags.add: expected at most 50 tags in all, got 51")
	for _, tag := range []cloud.Tag{{}, {Key: "a b"}, {Key: strings.Repeat("x", 129)}, {Key: "ü"}, {Key: "a\n"}} {
		refusedWith(t, (cloud.ServicePatch{AddTags: []cloud.Tag{tag}}).Apply(&s, cloud.Organization{}), "tags.add[0].key: ")
	}
	for _, value := range []string{"a b", "ü", strings.Repeat("x", 257), "a\n"} {
		refusedWith(t, (cloud.ServicePatch{AddTags: []cloud.Tag{{Key: "a", Value: value}}}).Apply(&s, cloud.Organization{}), "tags.add[0].value: ")
	}
}

// refusedWith fails the test unless err is Invalid with this beginning.
func refusedWith(t *testing.T, err error, begins string) {
	t.Helper()
	if cloud.CodeOf(err) != cloud.Invalid || !strings.HasPrefix(err.Error(), begins) {
		t.Errorf("the error is %v, want %s…", err, begins)
	}
}

func TestTagFiltersAreParsed(t *testing.T) {
	// A filter is tag:Key=Value or tag:Key and nothing else, and selects by value or by presence.
	tags := []cloud.Tag{{Key: "env", Value: "prod"}, {Key: "active"}}
	for text, selects := range map[string]bool{
		"tag:env": true, "tag:env=prod": true, "tag:env=": false, "tag:env=Prod": false, "tag:ENV": false, "tag:active": true, "tag:active=": true, "tag:active=yes": false, "tag:other": false,
	} {
		f, err := cloud.ParseTagFilter("filter", text)
		if err != nil || f.Selects(tags) != selects {
			t.Errorf("%s is %+v and selects %v: %v", text, f, f.Selects(tags), err)
		}
	}
	for _, text := range []string{"", "env", "tag", "tag:", "tag:=prod", "Tag:env", " tag:env", "tag:env=a b", "tag:env=a=b", "tag:e*", "tag:" + strings.Repeat("x", 129)} {
		_, err := cloud.ParseTagFilter("filter", text)
		refusedWith(t, err, "filter: expected tag:Key=Value or tag:Key, got ")
	}
}

func TestCoreDumpsAreTheOrganizationsToAllow(t *testing.T) {
	// Nobody switches them on where the organization has switched them off, not even where the
	// service has been on before; what is said of a service is kept, and not named it stays.
	yes, no := true, false
	for _, c := range []struct {
		was, allowed bool
		to           *bool
		want         bool
		refused      bool
	}{
		{true, false, &yes, false, true},
		{false, false, &yes, false, true},
		{true, false, &no, false, false},
		{true, false, nil, true, false},
		{true, true, &no, false, false},
		{false, true, &yes, true, false},
		{false, true, nil, false, false},
	} {
		s := cloud.Service{ServiceConfig: cloud.ServiceConfig{EnableCoreDumps: c.was, CoreDumpsBarred: !c.allowed}}
		err := (cloud.ServicePatch{EnableCoreDumps: c.to}).Apply(&s, cloud.Organization{EnableCoreDumps: c.allowed})
		switch {
		case c.refused:
			refusedWith(t, err, "enableCoreDumps: expected false, because the organization has switched core dumps off, got true")
		case err != nil || s.EnableCoreDumps != c.want || s.CoreDumps() != (c.want && c.allowed):
			t.Errorf("%+v gives %v, in force %v: %v", c, s.EnableCoreDumps, s.CoreDumps(), err)
		}
	}
}
