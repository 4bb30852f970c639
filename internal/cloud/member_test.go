package cloud_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

func TestMembershipsAreReplacedAndEndWithoutTouchingOthers(t *testing.T) {
	// A person with or without a membership is another value: who was given the first sees nothing of it.
	first, second, third := uuid.New(), uuid.New(), uuid.New()
	p := cloud.Person{Email: "ada@example.com", Memberships: []cloud.Membership{{OrganizationID: first, Sequence: 1}, {OrganizationID: second, Sequence: 2}}}
	before := cloud.Person{Email: p.Email, Memberships: []cloud.Membership{p.Memberships[0], p.Memberships[1]}}
	sequences := func(p cloud.Person) (out []int64) {
		for _, m := range p.Memberships {
			out = append(out, m.Sequence)
		}
		return out
	}
	for _, test := range []struct {
		what string
		got  cloud.Person
		want []int64
	}{
		{"replaced", p.With(cloud.Membership{OrganizationID: first, Sequence: 9}), []int64{9, 2}},
		{"added", p.With(cloud.Membership{OrganizationID: third, Sequence: 9}), []int64{1, 2, 9}},
		{"ended", p.Without(first), []int64{2}},
		{"not there", p.Without(third), []int64{1, 2}},
	} {
		if diff := cmp.Diff(test.want, sequences(test.got)); diff != "" {
			t.Errorf("%s:\n%s", test.what, diff)
		}
	}
	if diff := cmp.Diff(before, p); diff != "" {
		t.Errorf("the person was changed:\n%s", diff)
	}
	if m, is := p.In(second); !is || m.Sequence != 2 {
		t.Errorf("in the second: %+v, %t", m, is)
	}
	if m, is := p.In(third); is || m.OrganizationID != uuid.Nil {
		t.Errorf("in the third: %+v, %t", m, is)
	}
}

func TestInvitationCanBeAcceptedUntilItEnds(t *testing.T) {
	// The instant at which an invitation ends is the first at which it cannot be accepted.
	end := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	i := cloud.Invitation{ExpireAt: end}
	if !i.PendingAt(end.Add(-1)) || i.PendingAt(end) {
		t.Error("the end is wrong")
	}
}
