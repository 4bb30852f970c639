package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// writeTable writes what was found of services.
func (r *servicesReport) writeTable(w io.Writer) error {
	if r.Engine != "" {
		fmt.Fprintf(w, "Services on %s\n", r.Engine)
		fmt.Fprintf(w, "load averages of the machine: %s before, %s after\n\n", r.LoadBefore, r.LoadAfter)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name string, cells ...any) {
		fmt.Fprintf(t, "%-46s", name)
		for _, c := range cells {
			fmt.Fprintf(t, "\t%v", c)
		}
		fmt.Fprint(t, "\t\n")
	}
	if len(r.Times) > 0 {
		row("ms", "p50", "p95", "longest", "of", "aim")
		for _, x := range r.Times {
			row(x.Name, whole(x.P50), whole(x.P95), whole(x.Longest), x.Count, x.Aim)
		}
		fmt.Fprintln(t)
	}
	if o := r.Overhead; o != nil {
		row("SELECT 1 over a kept connection, ms", "p50", "p95", "longest", "of", "aim")
		row("straight to the server", fine(o.Direct.P50), fine(o.Direct.P95), fine(o.Direct.Longest), o.Pairs, "")
		row("through the gateway", fine(o.Through.P50), fine(o.Through.P95), fine(o.Through.Longest), o.Pairs, "")
		row("added", fine(o.Added.Median), fine(o.Through.P95-o.Direct.P95), "", "", "p50 ≤ 0.2")
		fmt.Fprintln(t)
		row(fmt.Sprintf("a result of %s MB, MB/s", whole(float64(o.Bytes)/1e6)), "median", "quartiles", "", "of", "aim")
		for _, x := range []struct {
			name   string
			value  spread
			digits int
			aim    string
		}{{"straight to the server", o.DirectMB, 0, ""}, {"through the gateway", o.ThroughMB, 0, ""}, {"ratio", o.Ratio, 2, "≥ 0.9"}} {
			row(x.name, fmt.Sprintf("%.*f", x.digits, x.value.Median), fmt.Sprintf("%.*f–%.*f", x.digits, x.value.Low, x.digits, x.value.High), "", o.Downloads, x.aim)
		}
		fmt.Fprintln(t)
	}
	if len(r.Memory) > 0 {
		row("MiB", "private of each", "shared of each", "Pss of all", "Gatehouse", "")
		for _, m := range r.Memory {
			name := fmt.Sprintf("%d running", m.Running)
			if m.Resting > 0 {
				name += fmt.Sprintf(", %d resting", m.Resting)
			}
			row(name, mebibytes(m.Private), mebibytes(m.Shared), mebibytes(m.Pss), mebibytes(m.Gatehouse), "")
		}
		fmt.Fprintln(t)
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
