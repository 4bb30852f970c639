package main

import (
	"context"
	"path/filepath"
	"strconv"
)

// start measures how the program starts.
func (r *report) start(ctx context.Context, o options, servers run, dir string) error {
	var fresh, existing, memory []float64
	for i := range o.starts {
		data := filepath.Join(dir, "start-"+strconv.Itoa(i))
		for _, took := range []*[]float64{&fresh, &existing} {
			s, err := servers.gatehouse(ctx, data, withoutServices...)
			if err != nil {
				return err
			}
			*took = append(*took, milliseconds(s.took))
			if resident := s.residentMemory(); resident > 0 {
				memory = append(memory, float64(resident)/(1<<20))
			}
			if err := s.stop(); err != nil {
				return err
			}
		}
	}
	r.Startup = []figure{
		{Name: "start with a new store", Unit: "ms", Value: spreadOf(fresh)},
		{Name: "start with an existing store", Unit: "ms", Value: spreadOf(existing)},
	}
	if len(memory) > 0 {
		r.Startup = append(r.Startup, figure{Name: "resident memory when ready", Unit: "MiB", Value: spreadOf(memory)})
	}
	return nil
}
