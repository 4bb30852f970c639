package store

import (
	"context"

	"github.com/google/uuid"

	"github.com/gatehouse/gatehouse/internal/cloud"
)

// FreeSlot returns the lowest slot from 1 on that no service has. In a transaction that
// writes it stays free until the commit.
func (r *Reader) FreeSlot(ctx context.Context) (slot int, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT MIN(slot) + 1 FROM (SELECT 0 AS slot UNION ALL SELECT slot FROM services) AS taken
		WHERE NOT EXISTS (SELECT 1 FROM services WHERE services.slot = taken.slot + 1)`).Scan(&slot)
	return slot, err
}

// TakenPorts returns the ports that services have, in ascending order.
func (r *Reader) TakenPorts(ctx context.Context) ([]int, error) {
	rows, err := r.q.QueryContext(ctx, `SELECT port FROM service_ports ORDER BY port`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(scan func(...any) error) (port int, err error) { return port, scan(&port) })
}

// FreePorts returns the lowest n ports of a range, both ends included, that no service
// has, in ascending order; fewer when there are no more. In a transaction that writes they
// stay free until the commit.
func (r *Reader) FreePorts(ctx context.Context, from, to, n int) (free []int, err error) {
	taken, err := r.TakenPorts(ctx)
	if err != nil {
		return nil, err
	}
	for port := from; port <= to && len(free) < n; port++ {
		for len(taken) > 0 && taken[0] < port {
			taken = taken[1:]
		}
		if len(taken) == 0 || taken[0] != port {
			free = append(free, port)
		}
	}
	return free, nil
}

// takePorts gives the service those of its ports that are not zero.
func (t *Tx) takePorts(ctx context.Context, s cloud.Service) error {
	for _, p := range []struct {
		protocol string
		port     int
	}{{"https", s.Ports.HTTPS}, {"native", s.Ports.Native}} {
		if p.port == 0 {
			continue
		}
		_, err := t.exec(ctx, `INSERT INTO service_ports (port, service_id, protocol) VALUES ($1, $2, $3)`, p.port, s.ID.String(), p.protocol)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) releasePorts(ctx context.Context, service uuid.UUID) error {
	_, err := t.exec(ctx, `DELETE FROM service_ports WHERE service_id = $1`, service.String())
	return err
}
