package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// table has rows that begin with a name. Below a gap, its columns have other widths.
type table struct{ *tabwriter.Writer }

func newTable(w io.Writer) table {
	return table{tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)}
}

func (t table) row(name string, cells ...any) {
	fmt.Fprintf(t, "%-46s", name)
	for _, c := range cells {
		fmt.Fprintf(t, "\t%v", c)
	}
	fmt.Fprint(t, "\t\n")
}

func (t table) gap() { fmt.Fprintln(t) }

// writeTable writes what was found of services.
func (r *servicesReport) writeTable(w io.Writer) error {
	if r.Engine != "" {
		fmt.Fprintf(w, "Services on %s\n", r.Engine)
		fmt.Fprintf(w, "load averages of the machine: %s before, %s after\n\n", r.LoadBefore, r.LoadAfter)
	}
	t := newTable(w)
	if len(r.Times) > 0 {
		t.row("ms", "p50", "p95", "longest", "of", "aim")
		for _, x := range r.Times {
			t.row(x.Name, whole(x.P50), whole(x.P95), whole(x.Longest), x.Count, x.Aim)
		}
		t.gap()
	}
	if r.Overhead != nil {
		r.Overhead.writeTable(t)
	}
	if len(r.Memory) > 0 {
		t.row("MiB", "private of each", "shared of each", "Pss of all", "Gatehouse", "")
		for _, m := range r.Memory {
			name := fmt.Sprintf("%d running", m.Running)
			if m.Resting > 0 {
				name += fmt.Sprintf(", %d resting", m.Resting)
			}
			t.row(name, mebibytes(m.Private), mebibytes(m.Shared), mebibytes(m.Pss), mebibytes(m.Gatehouse), "")
		}
		t.gap()
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range r.Fit {
		fmt.Fprintf(w, "%d running services that nobody asks anything fit into %d GiB: what is left beside Gatehouse and the shared memory, by the private memory of one\n",
			f.Services, f.MachineBytes>>30)
	}
	for _, why := range r.NotMeasured {
		fmt.Fprintln(w, "not measured:", why)
	}
	return nil
}

func whole(v float64) string { return fmt.Sprintf("%.0f", v) }

func fine(v float64) string { return fmt.Sprintf("%.3f", v) }

func mebibytes(n int64) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }
