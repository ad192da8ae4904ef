// Package encoding is what encoders of all formats do alike.
package encoding

import "github.com/almotacen/almotacen/telemetry"

// Lose counts what is lost of row i, but for the kinds that the format carries. Kinds that
// depend on the value or the name (type, name, number, row, precision) are the encoder's.
func Lose(l *telemetry.Losses, b *telemetry.Batch, i int, carries ...telemetry.LossKind) {
	d := &b.Detail[i]
	add := func(k telemetry.LossKind, lost bool) {
		if !lost {
			return
		}
		for _, c := range carries {
			if c == k {
				return
			}
		}
		l.Add(k, i)
	}
	hasTime := b.Time[i] != telemetry.NoTime
	add(telemetry.LossUnit, b.UnitRef[i] != 0)
	add(telemetry.LossTime, hasTime)
	add(telemetry.LossOffset, hasTime && d.Offset != telemetry.NoOffset)
	add(telemetry.LossQuality, b.Quality[i] != telemetry.QualityUnknown || d.Raw != 0 || b.Flags[i]&telemetry.TimeReceived != 0)
	add(telemetry.LossDataset, b.Dataset[i] != 0)
	add(telemetry.LossMeta, d.Meta.Len > 0)
	add(telemetry.LossEntity, b.Entity[i] != 0)
	add(telemetry.LossInterval, b.Flags[i]&telemetry.Interval != 0)
	add(telemetry.LossType, b.Flags[i]&telemetry.Relation != 0)
}
