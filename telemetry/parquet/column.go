package parquet

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/almotacen/almotacen/telemetry"
)

// role is what a column is for.
type role uint8

const (
	roleEntity role = iota
	roleEntityType
	roleAttribute
	roleDataset
	roleTime
	roleOffset
	rolePrecision
	roleKind
	roleNumber
	roleText
	roleUnit
	roleUnitSystem
	roleQuality
	roleRaw
	roleFlags
	roleFrom
	roleLon
	roleLat
	roleAlt
	roleMeta
	roleSource
	roleFormat
	roleReceived
	roleRecord
	roles
)

// names are in the order of the roles.
func (c *Columns) names() []string {
	return []string{c.Entity, c.EntityType, c.Attribute, c.Dataset, c.Time, c.Offset, c.Precision, c.Kind, c.Number, c.Text, c.Unit, c.UnitSystem,
		c.Quality, c.Raw, c.Flags, c.From, c.Lon, c.Lat, c.Alt, c.Meta, c.Source, c.Format, c.Received, c.Record}
}

// column is a column that is read.
type column struct {
	role     role
	name     string
	index    int
	kind     parquet.Kind
	optional bool
	unsigned bool
	factor   int64   // of times: nanoseconds in a unit; 0: no time
	power    float64 // of numbers: what integers are divided by; 0: no number
}

// open finds the columns and checks their types.
func (x *Reader) open() error {
	root := x.file.Schema()
	for r := range x.at {
		x.at[r] = -1
	}
	for r, name := range x.cfg.Columns.names() {
		if name == "" {
			continue
		}
		leaf, ok := root.Lookup(name)
		if !ok {
			if x.cfg.Columns == &own && role(r) != roleEntity && role(r) != roleTime {
				continue // files of later and earlier forms
			}
			return x.fail(telemetry.ErrMissing, 0, fmt.Sprintf("no column %q at the top level of the file", name), nil)
		}
		if !leaf.Node.Leaf() || leaf.MaxRepetitionLevel > 0 {
			return x.fail(telemetry.ErrUnsupported, 0, fmt.Sprintf("column %q is nested or repeats; it must be flat", name), nil)
		}
		c := &column{role: role(r), name: name, index: leaf.ColumnIndex, kind: leaf.Node.Type().Kind(), optional: leaf.Node.Optional()}
		if err := x.typ(c, leaf.Node.Type()); err != nil {
			return err
		}
		x.at[r] = len(x.cols)
		x.cols = append(x.cols, c)
	}
	if x.at[roleAttribute] < 0 && x.cfg.Attribute == "" {
		return x.fail(telemetry.ErrConfig, 0, "no column for the attribute; name one, or set Config.Attribute", nil)
	}
	return nil
}

func (x *Reader) typ(c *column, t parquet.Type) error {
	bad := func(want string) error {
		return x.fail(telemetry.ErrType, 0, fmt.Sprintf("column %q is %s; it must be %s", c.name, t, want), nil)
	}
	var logical any
	if l := t.LogicalType(); l != nil {
		logical = l.Value
	}
	whole := false // a whole number, or one without a say what it is
	switch l := logical.(type) {
	case nil:
		whole = c.kind == parquet.Int32 || c.kind == parquet.Int64
	case *format.IntType:
		whole, c.unsigned = true, !l.IsSigned
	}
	text := false
	if c.kind == parquet.ByteArray {
		switch logical.(type) {
		case nil, *format.StringType, *format.EnumType, *format.JsonType:
			text = true
		}
	}
	switch c.role {
	case roleTime, roleFrom, roleReceived:
		if ts, ok := logical.(*format.TimestampType); ok && c.kind == parquet.Int64 {
			if !ts.IsAdjustedToUTC {
				return x.fail(telemetry.ErrTime, 0, fmt.Sprintf("column %q has local timestamps, and the file cannot say of where; write it in UTC", c.name), nil)
			}
			switch ts.Unit.Value.(type) {
			case *format.MilliSeconds:
				c.factor = int64(time.Millisecond)
			case *format.MicroSeconds:
				c.factor = int64(time.Microsecond)
			default:
				c.factor = 1
			}
			return nil
		}
		if !whole {
			return bad("TIMESTAMP in UTC, or a whole number with Config.TimeUnit")
		}
		if x.cfg.TimeUnit <= 0 {
			return bad("TIMESTAMP in UTC; or say what its numbers count with Config.TimeUnit")
		}
		c.factor = int64(x.cfg.TimeUnit)
	case roleNumber, roleLon, roleLat, roleAlt:
		c.power = 1
		if d, ok := logical.(*format.DecimalType); ok && (c.kind == parquet.Int32 || c.kind == parquet.Int64) {
			if d.Scale < 0 || d.Scale > 22 {
				return bad("a DECIMAL of 0 to 22 places")
			}
			c.power = math.Pow10(int(d.Scale))
			return nil
		}
		real := logical == nil && (c.kind == parquet.Double || c.kind == parquet.Float || c.kind == parquet.Boolean && c.role == roleNumber)
		if !whole && !real {
			return bad("a number: DOUBLE, FLOAT, INT32, INT64, or DECIMAL of at most 18 digits")
		}
	case roleOffset, rolePrecision, roleFlags, roleRecord:
		if !whole {
			return bad("a whole number")
		}
	case roleEntity, roleAttribute, roleDataset, roleRaw:
		if !text && !whole {
			return bad("text or a whole number")
		}
	default:
		if !text {
			return bad("text")
		}
	}
	return nil
}

// mean is what n decoded values mean: instants in nanoseconds, numbers in float64.
func (c *column) mean(to *values, n int) (values, error) {
	v := *to
	if v.ints = v.ints[:min(len(v.ints), n)]; c.kind != parquet.Int32 && c.kind != parquet.Int64 {
		v.ints = nil
		return v, nil
	}
	switch {
	case c.factor != 0:
		if c.unsigned && c.kind == parquet.Int64 && len(v.ints) > 0 && slices.Min(v.ints) < 0 {
			return v, fmt.Errorf("%w: %d is outside 1677 to 2262", telemetry.ErrTime, uint64(slices.Min(v.ints)))
		}
		if bad, example := scaleAll(v.ints, c.factor); bad > 0 {
			return v, fmt.Errorf("%w: %d is outside 1677 to 2262; %d values are", telemetry.ErrTime, example, bad)
		}
	case c.power != 0:
		to.floats = slices.Grow(to.floats[:0], len(v.ints))[:len(v.ints)]
		for i, x := range v.ints {
			if x > 1<<53 || x < -(1<<53) || x < 0 && c.unsigned {
				if c.unsigned {
					return v, fmt.Errorf("%w: %d has more digits than a float64", telemetry.ErrValue, uint64(x))
				}
				return v, fmt.Errorf("%w: %d has more digits than a float64", telemetry.ErrValue, x)
			}
			to.floats[i] = float64(x) / c.power
		}
		v.floats, v.ints = to.floats, nil
	}
	return v, nil
}
