package telemetry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// LossKind is what a format cannot carry.
type LossKind uint8

// The kinds of loss.
const (
	LossUnit      LossKind = iota // the unit is left out, or another code stands for it
	LossTime                      // the time is left out
	LossPrecision                 // the time is cut
	LossOffset                    // the offset from UTC is left out
	LossQuality                   // the quality, or how it was written
	LossDeletion                  // the row is left out
	LossGeometry                  // the geometry, or the altitude
	LossDataset                   // the dataset id
	LossType                      // the value is written as another type
	LossMeta                      // the metadata
	LossEntity                    // the entity's id or type is left out
	LossRow                       // the row is left out
	LossName                      // the name is changed to what the format allows
	LossNumber                    // digits beyond float64, or the format's own range
	LossInterval                  // the start of an interval
)

// String is the kind's name.
func (k LossKind) String() string {
	if int(k) < len(lossNames) {
		return lossNames[k]
	}
	return "unknown"
}

var lossNames = [...]string{"unit", "time", "precision", "offset", "quality", "deletion", "geometry", "dataset", "type", "metadata", "entity", "row", "name", "number", "interval"}

// Loss is something that an encoder left out, over all rows.
type Loss struct {
	Kind  LossKind
	Rows  int // how many
	First int // index of the first
}

// Losses are what an encoder left out, by kind. Nil: nothing.
type Losses []Loss

// Add counts a loss of row i.
func (l *Losses) Add(k LossKind, i int) {
	for j := range *l {
		if (*l)[j].Kind == k {
			(*l)[j].Rows++
			return
		}
	}
	*l = append(*l, Loss{k, 1, i})
	slices.SortFunc(*l, func(a, b Loss) int { return cmp.Compare(a.Kind, b.Kind) })
}

// Rows is how many rows lost something of a kind.
func (l Losses) Rows(k LossKind) int {
	for _, x := range l {
		if x.Kind == k {
			return x.Rows
		}
	}
	return 0
}

// String lists kinds and counts.
func (l Losses) String() string {
	if len(l) == 0 {
		return "no loss"
	}
	var parts []string
	for _, x := range l {
		parts = append(parts, fmt.Sprintf("%s in %d rows", x.Kind, x.Rows))
	}
	return strings.Join(parts, ", ")
}
