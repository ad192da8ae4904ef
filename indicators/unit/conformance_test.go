package unit_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/indicators/unit"
	"github.com/almotacen/almotacen/internal/testcorpus"
)

// annotationIn finds the names that a suite's code annotates with.
var annotationIn = regexp.MustCompile(`\{([^{}]*)\}`)

// behind finds an annotation behind a unit, which this package refuses on
// purpose: it would silently make a base unit of a remark.
var behind = regexp.MustCompile(`[^./(]\{`)

// registered is a registry in which a code's own annotations are known: the
// suites test the grammar, not our list.
func registered(code string) unit.Registry {
	var r unit.Registry
	for _, m := range annotationIn.FindAllStringSubmatch(code, -1) {
		if ascii(m[1]) {
			r.Annotations = append(r.Annotations, m[1])
		}
	}
	return r
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 33 || r > 126 }) < 0
}

type tally struct {
	pass, fail int
	skips      []string
}

func (c tally) log(t *testing.T, suite string) {
	testcorpus.Conformance(t, "ucum/"+suite, c.pass, c.fail, c.skips)
	require.Zero(t, c.fail)
}

func (c *tally) valid(t *testing.T, code string) {
	if behind.MatchString(code) && !strings.HasPrefix(code, "10*3{") {
		c.skips = append(c.skips, code+": annotation behind a unit, refused on purpose")
		return
	}
	if _, err := registered(code).Parse(code); err != nil {
		c.fail++
		t.Errorf("%s: %v", code, err)
		return
	}
	c.pass++
}

// The codes of UcumFunctionalTests (2021-02-03), validation, each once.
func TestConformanceValidation(t *testing.T) {
	var c tally
	for _, code := range strings.Fields(functionalValid) {
		c.valid(t, code)
	}
	for _, code := range strings.Fields(functionalInvalid) {
		if _, err := registered(code).Parse(code); err == nil {
			c.fail++
			t.Errorf("%s: parsed", code)
			continue
		}
		c.pass++
	}
	c.log(t, "validation")
}

// The codes of the Table of Example UCUM Codes for Electronic Messaging
// (v1.5, 2020) without annotations, less those above.
func TestConformanceCommonCodes(t *testing.T) {
	var c tally
	for _, code := range strings.Fields(commonCodes) {
		if code == "Torr" {
			c.skips = append(c.skips, "Torr: not in UCUM 2.2 itself; mm[Hg]")
			continue
		}
		c.valid(t, code)
	}
	c.log(t, "common")
}

// UcumFunctionalTests, conversion. Outcomes hold to their last digit.
func TestConformanceConversion(t *testing.T) {
	var c tally
	for i, tc := range []struct {
		x        float64
		from, to string
		want     string
	}{
		{6.3, "m", "m", "6.3"}, {6.3, "mm", "m", "0.0063"}, {6.3, "mm", "cm", "0.63"}, {6.3, "s.m-1", "s/m", "6.3"},
		{6.3, "s.mm-1", "s.m-1", "6300"}, {6.3, "s.mm-2", "s.m-2", "6300000"}, {6.3, "s/m/g", "s.m-1.g-1", "6.3"},
		{6.3, "ms/m/g", "s.m-1.g-1", "0.0063"}, {6.3, "s/mm/g", "s.m-1.g-1", "6300"}, {6.3, "s/m/mg", "s.m-1.g-1", "6300"},
		{6.3, "s/m.mg", "s.m-1.g", "0.0063"}, {6.3, "ms/m", "s/m", "0.0063"}, {6.3, "4.s/m", "s/m", "25"},
		{6.3, "4.s/m", "s/m", "25.2"}, {6.3, "s/4/m", "s/m", "1.6"}, {6.3, "s/mm", "s/m", "6300"}, {6.3, "ms/mm", "s/m", "6.3"},
		{6.3, "[in_i]", "m", "0.160"}, {6.3, "[in_i]", "cm", "16.0"}, {6.3, "g.m.s-2.A-2", "g.m.C-2", "6.3"},
		{1, "10*-7.s", "s", "1e-7"}, {1, "4.[pi].10*-7.s", "s", "0.00000125663706143591729538506"},
		{1, "4.[pi].10*-7.N", "N", "0.00000125663706143591729538506"}, {1, "[mu_0]", "g.m.C-2", "0.00125663706143591729538506"},
		{1, "m[Hg]", "g.s-2.m-1", "133322000"}, {1, "S", "g-1.m-2.C2.s", "0.001"}, {1, "[ly]", "cm", "946073047258080000"},
		{1, "1/[ly]", "cm-1", "1.05700083402461546370946e-18"}, {1.2, "g.m", "m.g", "1.2"},
	} {
		got, err := unit.Convert(tc.x, unit.MustParse(tc.from), unit.MustParse(tc.to))
		if err != nil || !sameDigits(got, tc.want) {
			c.fail++
			t.Errorf("case %d: %v %s = %v %s (%v), want %s", i+1, tc.x, tc.from, got, tc.to, err, tc.want)
			continue
		}
		c.pass++
	}
	c.log(t, "conversion")
}

// UcumFunctionalTests, multiplication and division.
func TestConformanceArithmetic(t *testing.T) {
	var c tally
	for _, tc := range []struct{ u, op, v, want string }{
		{"g", ".", "m", "g.m"}, {"m", ".", "g", "g.m"}, {"g", "/", "m", "g.m-1"}, {"m", "/", "g", "g-1.m"},
	} {
		u, v := unit.MustParse(tc.u), unit.MustParse(tc.v)
		w, err := u.Mul(v)
		if tc.op == "/" {
			w, err = u.Div(v)
		}
		if err != nil || !w.Equal(unit.MustParse(tc.want)) {
			c.fail++
			t.Errorf("%s%s%s = %s (%v), want %s", tc.u, tc.op, tc.v, w, err, tc.want)
			continue
		}
		c.pass++
	}
	w, err := unit.MustParse("[lb_av]/h").Div(unit.MustParse("kg/s"))
	require.NoError(t, err)
	x, err := unit.Convert(1, w, unit.One())
	require.NoError(t, err)
	if sameDigits(x, "0.000125997880555555555555556") {
		c.pass++
	} else {
		c.fail++
	}
	c.log(t, "arithmetic")
}

// sameDigits compares x with a decimal, to half a unit of its last digit or to
// the precision of float64, whichever is coarser.
func sameDigits(x float64, decimal string) bool {
	want, err := strconv.ParseFloat(decimal, 64)
	if err != nil {
		return false
	}
	mantissa, exp, _ := strings.Cut(decimal, "e")
	_, places, _ := strings.Cut(mantissa, ".")
	e := 0
	if exp != "" {
		fmt.Sscan(exp, &e)
	}
	tol := max(0.5*math.Pow10(e-len(places)), math.Abs(want)*1e-15)
	return math.Abs(x-want) <= tol*(1+1e-9)
}

const functionalValid = `
	% /L /[HPF] /[LPF] /[arb'U] /[iU] /kg /m /m3 /mL /min /mmol /{LPF} /{tot} 1/d 1/mL 1/min 10*+3/ul 10*-3/ul
	10*12/L 10*23 10*3/L 10*3/mL 10*3/mm3 10*3/ul 10*3{rbc} 10*6/L 10*6/mL 10*6/mm3 10*9/L 10*9/mL 10*9/mm3
	10.L/(min.m2) 10.L/min 1{c} 4.[pi].10*-7.N/A2 Bq Cel Gy J/L K/W L L.s L/(8.h) L/(min.m2) L/L L/d L/h L/kg
	L/min L/s Ms Ohm Ohm.m Pa REM S Sv U U/L U/d U/g U/kg U/l U/mL V Wb [APL'U] [GPL'U] [HPF] [IU] [IU]/L [IU]/d
	[IU]/mL [MPL'U] [arb'U] [bdsk'U] [cup_us] [drp] [drp]/{HPF} [foz_br] [ft_i] [gal_br] [iU] [iU]/L [iU]/d [iU]/h
	[iU]/kg [iU]/mL [iU]/min [in_i'Hg] [in_i] [in_us] [ka'U] [knk'U] [lb_av] [mclg'U] [mi_us] [oz_av] [ppb] [ppm]
	[ppth] [pptr] [pt_br] [qt_br] [sft_i] [sin_i] [syd_i] [tbs_us] [todd'U] [tsp_us] [yd_i] a a/m bar cal cm cm/s
	cm2 cm2/s cm3 cm[H2O] cm[H2O].s/L cm[H2O]/(s.m) d dB dB[10.nV] dB[SPL] deg dg dl dyn.s/(cm5.m2) dyn.s/cm5 eV
	eq fL fg fmol fmol/L g g.m g.m/m2{hb} g.m/{hb} g/(8.h) g/(8.kg.h) g/(kg.d) g/(kg.h) g/(kg.min) g/L g/d g/dL
	g/g g/h g/kg g/l g/m2 g/min g{creat} g{hgb} g{tit_nit} g{tot_prot} g{wet_tis} h hL kPa kU/L kat kat/L kat/kg
	kcal kcal/(8.h) kcal/d kcal/h kg kg.m/s kg/(s.m2) kg/L kg/h kg/m2 kg/m3 kg/min kg/mol kg/s kg{body_wt} km ks l
	lm m m/s2 m2 m2/s m3.kg-1.s-2 m3/s mL mL/(8.h) mL/(8.h.kg) mL/(kg.d) mL/(kg.h) mL/(kg.min) mL/(min.m2)
	mL/cm[H2O] mL/d mL/h mL/kg mL/m2 mL/mbar mL/min mL/s mL/{hb} mL/{hb}.m2 mU mU/L mV m[H2O] m[IU]/L m[iU]/mL
	mbar mbar.s/L meq meq/(8.h) meq/(8.h.kg) meq/(kg.d) meq/(kg.h) meq/(kg.min) meq/L meq/d meq/h meq/kg meq/min
	mg mg/(8.h) mg/(8.h.kg) mg/(kg.d) mg/(kg.h) mg/(kg.min) mg/L mg/d mg/dL mg/g mg/h mg/kg mg/m2 mg/m3 mg/mL
	mg/mg mg/min min ml ml/s mm mm/h mm2 mm3 mm[Hg] mmol mmol/(8.h) mmol/(8.h.kg) mmol/(kg.d) mmol/(kg.h)
	mmol/(kg.min) mmol/L mmol/d mmol/g mmol/h mmol/kg mmol/l mmol/m2 mmol/min mmol/mmol mo mol mol/(kg.s) mol/L
	mol/kg mol/m3 mol/s mosm/L ms ms/s ng ng/(8.h) ng/(8.h.kg) ng/(kg.d) ng/(kg.h) ng/(kg.min) ng/L ng/d ng/g ng/h
	ng/kg ng/m2 ng/mL ng/min ng/s nkat nl nm nmol/L nmol/d nmol/g nmol/h/mL nmol/mmol nmol/nmol nmol/s ns osm
	osm/L osm/kg pA pH pg pg/L pg/mL pg/ml pkat pm pmol pmol/L pmol/d pmol/g pmol/h/mL pmol/h/mg pmol/mmol ps pt
	rad2 rad2{a} s t uV u[IU]/mL u[iU] ueq ug ug/(8.h.kg) ug/(kg.d) ug/(kg.h) ug/(kg.min) ug/L ug/d ug/dL ug/g
	ug/h ug/kg ug/m2 ug/mL ug/min ukat ul um um/s umol umol/2.h umol/L umol/d umol/g umol/l umol/min umol/mmol
	umol/umol us wk {a}.rad2{b} {bsa} {cfu} {e} {od}
`

const functionalInvalid = `
	10+3/ul U/12h U/1h U/2h [BETH'U] [M'U] [iIU] [iIU]/L [iIU]/d [iIU]/mL cm[H20] g/12h g/48h g/4h g/6h g/72h iU
	m/ mL/10h mL/12h mL/2h mL/4h mL/5h mL/6h mL/72h mL/8h m[iIU]/L mg/12h mmol/12h mmol/5h mmol/6h mmol/kg[H20]
	molv rad2{錠} u[iIU]/mL ug(8.h) ug(8hr) {a}rad2{b} {|}1
`

const commonCodes = `
	/(12.h) /10*10 /10*12 /10*3 /10*6 /10*9 /100 /U /[IU] /a /cm[H2O] /d /dL /g /h /m2 /mg /mm /mo /s /uL /wk 10*3
	10*3/uL 10*4/uL 10*5 10*6 10*6.[CFU]/L 10*6.[IU] 10*6/(24.h) 10*6/kg 10*6/uL 10*8 10*9/uL 10.uN.s/(cm5.m2)
	24.h A A/m F H Hz J K L/(24.h) L/min/m2 L/s/s2 N N.cm N.s T Torr U/(12.h) U/(2.h) U/(24.h) U/10 U/10*10
	U/10*12 U/10*6 U/10*9 U/dL U/h U/min U/s [APL'U]/mL [AU] [CFU] [CFU]/L [CFU]/mL [Ch] [GPL'U]/mL [IU]/(2.h)
	[IU]/(24.h) [IU]/dL [IU]/g [IU]/h [IU]/kg [IU]/kg/d [IU]/min [LPF] [MET].min/wk [MPL'U]/mL [arb'U]/mL [beth'U]
	[cin_i] [degF] [diop] [dr_av] [foz_us] [ft_us]/[ft_us] [gal_us] [in_i'H2O] [mi_i] [oz_tr] [pH] [psi] [pt_us]
	[qt_us] [tb'U] atm cL cP cSt cg cm[H2O]/L/s cm[H2O]/s/m cm[Hg] d/(7.d) d/wk dL daL/min daL/min/m2 deg/s dm
	dm2/s2 dyn.s/(cm.m2) dyn.s/cm eq/L eq/mL eq/mmol eq/umol erg fm fmol/g fmol/mL fmol/mg g/(100.g) g/(12.h)
	g/(24.h) g/(3.d) g/(4.h) g/(48.h) g/(5.h) g/(6.h) g/(72.h) g/cm2 g/cm3 g/h/m2 g/kg/(8.h) g/kg/d g/kg/h
	g/kg/min g/mL g/mg g/mmol h/d h/wk kL kU kU/g kU/mL k[IU]/L k[IU]/mL kcal/(24.h) kcal/[oz_av] kcal/kg/(24.h)
	lm.m2 m/s mA mL/(10.h) mL/(12.h) mL/(2.h) mL/(24.h) mL/(4.h) mL/(5.h) mL/(6.h) mL/(72.h) mL/(8.h)/kg
	mL/[sin_i] mL/dL mL/kg/(8.h) mL/kg/d mL/kg/h mL/kg/min mL/min/m2 mL/mm mPa mPa.s mU/g mU/mL mU/mL/min mU/mg
	mV/s m[IU]/mL mbar/L/s meq/(2.h) meq/(24.h) meq/dL meq/g meq/kg/h meq/m2 meq/mL mg/(10.h) mg/(12.h) mg/(2.h)
	mg/(24.h) mg/(6.h) mg/(72.h) mg/kg/(8.h) mg/kg/d mg/kg/h mg/kg/min mg/mmol mg/wk min/d min/wk mm/min mm[H2O]
	mmol/(12.h) mmol/(2.h) mmol/(24.h) mmol/(5.h) mmol/(6.h) mmol/dL mmol/kg/(8.h) mmol/kg/d mmol/kg/h mmol/kg/min
	mmol/mol mmol/s/L mol/kg/s mol/mL mol/mol mosm mosm/kg nL nU/mL ng/(24.h) ng/10*6 ng/U ng/dL ng/kg/(8.h)
	ng/kg/h ng/kg/min ng/mL/h ng/mg ng/mg/h nm/s/L nmol nmol/(24.h) nmol/dL nmol/h/L nmol/mL nmol/mL/h nmol/mL/min
	nmol/mg nmol/mg/h nmol/min nmol/min/mL nmol/mol nmol/s/L pL pT pg/dL pg/mg pg/mm pmol/(24.h) pmol/dL pmol/mL
	pmol/min pmol/umol uL uL/(2.h) uL/h uOhm uU/L uU/g uU/mL u[IU] u[IU]/L ueq/L ueq/mL ug/(100.g) ug/(24.h)
	ug/(8.h) ug/L/(24.h) ug/[sft_i] ug/kg/(8.h) ug/kg/d ug/kg/h ug/kg/min ug/m3 ug/mg ug/mmol ug/ng umol/(2.h)
	umol/(24.h) umol/(8.h) umol/L/h umol/dL umol/h umol/kg umol/mL umol/mL/min umol/mg umol/min/L umol/min/g
	umol/mol
`
