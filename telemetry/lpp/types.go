package lpp

import "github.com/almotacen/almotacen/telemetry"

// form is how the values of a type are written.
type form uint8

const (
	unsigned form = iota
	signed
	boolean
	place
	track
)

// kind is a type of value: rows of parts big-endian integers of size bytes, each a multiple of
// 1/div of the unit.
type kind struct {
	id    byte
	form  form
	size  int // bytes of a part
	div   float64
	unit  string // UCUM
	parts []string
}

// kinds are the types by id, in order. Sources: docs.mydevices.com (LPP), and the libraries for
// devices that extend it, which agree on these.
var kinds = [...]kind{
	{0, unsigned, 1, 1, "", []string{"digital_in"}},
	{1, unsigned, 1, 1, "", []string{"digital_out"}},
	{2, signed, 2, 100, "", []string{"analog_in"}},
	{3, signed, 2, 100, "", []string{"analog_out"}},
	{100, unsigned, 4, 1, "", []string{"generic"}},
	{101, unsigned, 2, 1, "lx", []string{"luminosity"}},
	{102, boolean, 1, 1, "", []string{"presence"}},
	{103, signed, 2, 10, "Cel", []string{"temperature"}},
	{104, unsigned, 1, 2, "%", []string{"relative_humidity"}},
	{113, signed, 2, 1000, "[g]", []string{"accelerometer_x", "accelerometer_y", "accelerometer_z"}},
	{115, unsigned, 2, 10, "hPa", []string{"barometric_pressure"}},
	{116, unsigned, 2, 100, "V", []string{"voltage"}},
	{117, unsigned, 2, 1000, "A", []string{"current"}},
	{118, unsigned, 4, 1, "Hz", []string{"frequency"}},
	{120, unsigned, 1, 1, "%", []string{"percentage"}},
	{121, signed, 2, 1, "m", []string{"altitude"}},
	{122, signed, 3, 1000, "kg", []string{"load"}},
	{125, unsigned, 2, 1, "[ppm]", []string{"concentration"}},
	{128, unsigned, 2, 1, "W", []string{"power"}},
	{130, unsigned, 4, 1000, "m", []string{"distance"}},
	{131, unsigned, 4, 1000, "kW.h", []string{"energy"}},
	{132, unsigned, 2, 1, "deg", []string{"direction"}},
	{133, unsigned, 4, 1, "s", []string{"unixtime"}},
	{134, signed, 2, 100, "deg/s", []string{"gyrometer_x", "gyrometer_y", "gyrometer_z"}},
	{135, unsigned, 1, 1, "", []string{"colour_red", "colour_green", "colour_blue"}},
	{136, place, 3, 10_000, "", []string{"gps"}},
	{137, place, 4, 1_000_000, "", []string{"gps"}},
	{142, boolean, 1, 1, "", []string{"switch"}},
	{240, track, 0, 0, "", []string{"polyline"}},
}

// byID is the place in kinds of an id, 0 if it has none (0 itself aside).
var byID = func() (t [256]uint8) {
	for i := range kinds {
		t[kinds[i].id] = uint8(i) + 1
	}
	return t
}()

// bytes is how many bytes a value has after channel and type.
func (k *kind) bytes() int {
	if k.form == place {
		return 2*k.size + 3
	}
	return k.size * len(k.parts)
}

// integer is the big-endian integer that p is.
func integer(p []byte, withSign bool) int64 {
	var v uint64
	for _, c := range p {
		v = v<<8 | uint64(c)
	}
	if shift := 64 - 8*len(p); withSign {
		return int64(v<<shift) >> shift
	}
	return int64(v)
}

// position is the place in p, of type 136 or 137.
func (k *kind) position(p []byte) telemetry.Position {
	n := k.size
	return telemetry.Position{
		Lat: float64(integer(p[:n], true)) / k.div, Lon: float64(integer(p[n:2*n], true)) / k.div,
		Alt: float64(integer(p[2*n:2*n+3], true)) / 100, HasAlt: true,
	}
}
