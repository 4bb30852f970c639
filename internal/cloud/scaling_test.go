package cloud_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// maybe draws nothing or a value.
func maybe[T any](t *rapid.T, g *rapid.Generator[T], name string) *T {
	if rapid.Bool().Draw(t, name+" is given") {
		v := g.Draw(t, name)
		return &v
	}
	return nil
}

func drawScalingPatch(t *rapid.T) cloud.ScalingPatch {
	memory := rapid.SampledFrom([]int{8, 12, 16, 64, 356, 360, 4, 0, 10})
	replicas := rapid.SampledFrom([]int{1, 2, 3, 7, 20, 21, 0})
	return cloud.ScalingPatch{
		Mode:      maybe(t, rapid.SampledFrom([]cloud.AutoscalingMode{cloud.Vertical, cloud.Horizontal, "diagonal"}), "mode"),
		MinMemory: maybe(t, memory, "least memory"), MaxMemory: maybe(t, memory, "most memory"),
		NumReplicas: maybe(t, replicas, "replicas"), MinReplicas: maybe(t, replicas, "least replicas"), MaxReplicas: maybe(t, replicas, "most replicas"),
		Idle: maybe(t, rapid.Bool(), "idle"), IdleMinutes: maybe(t, rapid.SampledFrom([]int{5, 15, 4, 0, cloud.MaxIdleMinutes, cloud.MaxIdleMinutes + 1}), "minutes"),
	}
}

func TestScalingStaysWithinItsLimits(t *testing.T) {
	// Whatever is asked in whatever order, a service is never larger than it may be, its modes never
	// mix, what is refused is Invalid, and what is asked twice changes nothing the second time.
	rapid.Check(t, func(rt *rapid.T) {
		s := cloud.DefaultScaling()
		for range rapid.IntRange(1, 8).Draw(rt, "patches") {
			p := drawScalingPatch(rt)
			after, err := p.Apply(s, 20)
			if err != nil {
				if cloud.CodeOf(err) != cloud.Invalid {
					rt.Fatal(err)
				}
				continue
			}
			ok := after.MinMemory >= 8 && after.MinMemory <= after.MaxMemory && after.MaxMemory <= 356 && after.MinMemory%4 == 0 && after.MaxMemory%4 == 0 &&
				after.MinReplicas >= 1 && after.MinReplicas <= after.MaxReplicas && after.MaxReplicas <= 20 && after.IdleMinutes >= 5 && after.IdleMinutes <= cloud.MaxIdleMinutes
			switch after.Mode {
			case cloud.Vertical:
				ok = ok && after.MinReplicas == after.MaxReplicas
			case cloud.Horizontal:
				ok = ok && after.MinMemory == after.MaxMemory
			default:
				ok = false
			}
			if !ok {
				rt.Fatalf("%+v makes %+v of %+v", p, after, s)
			}
			if again, err := p.Apply(after, 20); err != nil || again != after {
				rt.Fatalf("asked twice, %+v makes %+v of %+v: %v", p, again, after, err)
			}
			if same, err := (cloud.ScalingPatch{}).Apply(after, 20); err != nil || same != after {
				rt.Fatalf("nothing makes %+v of %+v: %v", same, after, err)
			}
			s = after
		}
	})
}

func TestScheduleSaysOneThingAtATime(t *testing.T) {
	// Of a schedule that is accepted, one entry at most is active in each hour of the week, and it is
	// active in exactly the hours that it names, over midnight too.
	sunday := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) cloud.ScheduleEntry {
			return cloud.ScheduleEntry{
				ID: uuid.New(), Name: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"), Mode: cloud.Vertical,
				Weekdays: rapid.SliceOfN(rapid.IntRange(-1, 7), 1, 3).Draw(t, "days"), From: rapid.IntRange(0, 24).Draw(t, "from"), To: rapid.IntRange(0, 25).Draw(t, "to"),
			}
		}), 1, 4).Draw(rt, "entries")
		if err := cloud.CheckSchedule(entries); err != nil {
			if cloud.CodeOf(err) != cloud.Invalid {
				rt.Fatal(err)
			}
			return
		}
		for hour := range 7 * 24 {
			active := 0
			at := sunday.Add(time.Duration(hour)*time.Hour + 59*time.Minute)
			for _, e := range entries {
				named := false
				for _, day := range e.Weekdays {
					start, length := day*24+e.From, (e.To-e.From+23)%24+1 // 0 to 24 is the whole day
					named = named || (hour-start+7*24)%(7*24) < length
				}
				if e.ActiveAt(at) != named {
					rt.Fatalf("%+v is active at %s: %v", e, at, !named)
				}
				if named {
					active++
				}
			}
			if active > 1 {
				rt.Fatalf("%d entries are active at %s", active, at)
			}
		}
	})
}

func TestScheduleGivesWayToTheBaseline(t *testing.T) {
	// An entry says what it names; the rest, and all other hours, are the baseline's.
	sixteen, two, no := 16, 2, false
	c := cloud.ServiceConfig{Scaling: cloud.DefaultScaling(), Schedule: []cloud.ScheduleEntry{
		{Name: "day", Weekdays: []int{1}, From: 9, To: 17, Mode: cloud.Vertical, MinMemory: &sixteen, MaxMemory: &sixteen, Idle: &no},
		{Name: "night", Weekdays: []int{1}, From: 22, To: 4, Mode: cloud.Horizontal, MinReplicas: &two, MaxReplicas: &two},
	}}
	c.Scaling.MaxMemory = 32
	at := func(day, hour int) (cloud.Scaling, string) {
		s, e := c.ScalingAt(time.Date(2026, time.March, 1+day, hour, 30, 0, 0, time.FixedZone("elsewhere", 0)))
		if e == nil {
			return s, ""
		}
		return s, e.Name
	}
	if s, name := at(1, 9); name != "day" || s.MinMemory != 16 || s.MaxMemory != 16 || s.Idle || s.IdleMinutes != 15 || s.MinReplicas != 1 {
		t.Errorf("at 9 %s gives %+v", name, s)
	}
	for _, hour := range []int{8, 17, 21} {
		if s, name := at(1, hour); name != "" || s != c.Scaling {
			t.Errorf("at %d %s gives %+v", hour, name, s)
		}
	}
	if s, name := at(2, 3); name != "night" || s.Mode != cloud.Horizontal || s.MinReplicas != 2 || s.MinMemory != s.MaxMemory {
		t.Errorf("at night %s gives %+v", name, s)
	}
	if _, name := at(2, 4); name != "" {
		t.Errorf("the night does not end: %s", name)
	}
}
