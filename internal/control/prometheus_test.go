package control_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// Engines that do not answer hold up nobody for longer than one of them may take, however many
// there are: all are partial, and the answer comes.
func TestEnginesThatHangAreNotWaitedForOneByOne(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		var ids []uuid.UUID
		for range 60 {
			ids = append(ids, uuid.New())
		}
		h.insertServices(t, ids...)
		var waiting atomic.Int64
		h.attach(t, &scriptedFleet{metrics: func(ctx context.Context, _ uuid.UUID, _ io.Writer) error {
			waiting.Add(1)
			<-ctx.Done()
			return ctx.Err()
		}})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // shorter than an engine may take
		defer cancel()
		writers := 0
		scraped, err := h.OrganizationMetrics(ctx, h.as(t, h.admin), h.organization, func(i int) io.Writer {
			if writers++; i != writers-1 {
				t.Errorf("writer %d was asked for after %d", i, writers-1)
			}
			return &strings.Builder{}
		})
		if err != nil || len(scraped) != len(ids) || waiting.Load() != int64(len(ids)) {
			t.Fatalf("%d of %d services were asked: %d, %v", waiting.Load(), len(ids), len(scraped), err)
		}
		for i, s := range scraped {
			if !s.Partial || s.ID != ids[i] {
				t.Fatalf("service %d is %+v", i, s)
			}
		}
	})
}

// What each engine tells goes to the writer of its service; one that has just gone to rest has
// nothing to tell, which is no failure.
func TestMetricsGoWhereTheyBelong(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		a, b, resting, asleep := h.insertService(t), h.insertService(t), h.insertService(t), h.insertService(t)
		h.asVersion(t, asleep, "26.7.2.1", cloud.ServiceIdle)
		h.attach(t, &scriptedFleet{metrics: func(_ context.Context, id uuid.UUID, w io.Writer) error {
			if id == resting {
				return cloud.Errorf(cloud.Conflict, "Service is idle")
			}
			_, err := io.WriteString(w, id.String())
			return err
		}})
		var texts []*strings.Builder
		scraped, err := h.OrganizationMetrics(t.Context(), h.as(t, h.admin), h.organization, func(int) io.Writer {
			texts = append(texts, &strings.Builder{})
			return texts[len(texts)-1]
		})
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for i, text := range texts {
			if told = append(told, text.String()); scraped[i].Partial {
				t.Errorf("service %d is partial", i)
			}
		}
		if want := []string{a.String(), b.String(), "", ""}; !slices.Equal(told, want) {
			t.Errorf("told was %q, want %q", told, want)
		}
	})
}
