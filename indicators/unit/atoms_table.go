package unit

// definition gives a symbol as a number of other units, those above it.
type definition struct {
	sym    string
	metric bool
	value  string
	unit   string
}

// definitions lists the linear units of UCUM 2.2 (2024-06-17). The figures are
// those of the SI (2019), of the international yard and pound, of the US and
// British measures, and of CODATA as that edition of UCUM cites them.
// Deviations: the ampere is a base and the coulomb A.s; mole and bit are bases,
// where UCUM has pure numbers.
func definitions() []definition {
	const o, m = false, true
	return []definition{
		{"%", o, "1/100", "1"}, {"[ppth]", o, "1e-3", "1"}, {"[ppm]", o, "1e-6", "1"},
		{"[ppb]", o, "1e-9", "1"}, {"[pptr]", o, "1e-12", "1"},
		// SI, derived
		{"sr", m, "1", "rad2"}, {"Hz", m, "1", "s-1"}, {"N", m, "1", "kg.m/s2"}, {"Pa", m, "1", "N/m2"},
		{"J", m, "1", "N.m"}, {"W", m, "1", "J/s"}, {"C", m, "1", "A.s"}, {"V", m, "1", "J/C"},
		{"F", m, "1", "C/V"}, {"Ohm", m, "1", "V/A"}, {"S", m, "1", "A/V"}, {"Wb", m, "1", "V.s"},
		{"T", m, "1", "Wb/m2"}, {"H", m, "1", "Wb/A"}, {"lm", m, "1", "cd.sr"}, {"lx", m, "1", "lm/m2"},
		{"Bq", m, "1", "s-1"}, {"Gy", m, "1", "J/kg"}, {"Sv", m, "1", "J/kg"}, {"kat", m, "1", "mol/s"},
		// beside the SI
		{"l", m, "1", "dm3"}, {"L", m, "1", "dm3"}, {"ar", m, "100", "m2"}, {"t", m, "1000", "kg"},
		{"bar", m, "1e5", "Pa"}, {"st", m, "1", "m3"}, {"u", m, "1.66053906660e-24", "g"},
		{"min", o, "60", "s"}, {"h", o, "60", "min"}, {"d", o, "24", "h"}, {"wk", o, "7", "d"},
		{"a_t", o, "365.24219", "d"}, {"a_j", o, "365.25", "d"}, {"a_g", o, "365.2425", "d"},
		{"a", o, "1", "a_j"}, {"mo_s", o, "29.53059", "d"}, {"mo_j", o, "1/12", "a_j"},
		{"mo_g", o, "1/12", "a_g"}, {"mo", o, "1", "mo_j"},
		{"deg", o, "1/180", "[pi].rad"}, {"'", o, "1/60", "deg"}, {"''", o, "1/60", "'"},
		{"gon", o, "9/10", "deg"}, {"circ", o, "2", "[pi].rad"}, {"sph", o, "4", "[pi].sr"},
		{"AU", o, "149597.870691", "Mm"}, {"pc", m, "3.085678e16", "m"},
		// constants
		{"[c]", m, "299792458", "m/s"}, {"[h]", m, "6.62607015e-34", "J.s"}, {"[k]", m, "1.380649e-23", "J/K"},
		{"[eps_0]", m, "8.854187817e-12", "F/m"}, {"[mu_0]", m, "4e-7", "[pi].N/A2"},
		{"[e]", m, "1.602176634e-19", "C"}, {"[m_e]", m, "9.1093837139e-31", "kg"},
		{"[m_p]", m, "1.67262192595e-27", "kg"}, {"[G]", m, "6.67430e-11", "m3.kg-1.s-2"},
		{"[g]", m, "9.80665", "m/s2"}, {"atm", o, "101325", "Pa"}, {"[ly]", m, "1", "[c].a_j"},
		{"gf", m, "1", "g.[g]"}, {"eV", m, "1", "[e].V"},
		// CGS
		{"Ky", m, "1", "cm-1"}, {"Gal", m, "1", "cm/s2"}, {"dyn", m, "1", "g.cm/s2"}, {"erg", m, "1", "dyn.cm"},
		{"P", m, "1", "dyn.s/cm2"}, {"Bi", m, "10", "A"}, {"St", m, "1", "cm2/s"}, {"Mx", m, "1e-8", "Wb"},
		{"G", m, "1e-4", "T"}, {"Oe", m, "250", "A/m/[pi]"}, {"Gb", m, "1", "Oe.cm"}, {"sb", m, "1", "cd/cm2"},
		{"Lmb", m, "1", "cd/cm2/[pi]"}, {"ph", m, "1e-4", "lx"}, {"Ci", m, "37e9", "Bq"},
		{"R", m, "2.58e-4", "C/kg"}, {"RAD", m, "100", "erg/g"}, {"REM", m, "1", "RAD"},
		// international yard
		{"[in_i]", o, "2.54", "cm"}, {"[ft_i]", o, "12", "[in_i]"}, {"[yd_i]", o, "3", "[ft_i]"},
		{"[mi_i]", o, "5280", "[ft_i]"}, {"[fth_i]", o, "6", "[ft_i]"}, {"[nmi_i]", o, "1852", "m"},
		{"[kn_i]", o, "1", "[nmi_i]/h"}, {"[sin_i]", o, "1", "[in_i]2"}, {"[sft_i]", o, "1", "[ft_i]2"},
		{"[syd_i]", o, "1", "[yd_i]2"}, {"[cin_i]", o, "1", "[in_i]3"}, {"[cft_i]", o, "1", "[ft_i]3"},
		{"[cyd_i]", o, "1", "[yd_i]3"}, {"[bf_i]", o, "144", "[in_i]3"}, {"[cr_i]", o, "128", "[ft_i]3"},
		{"[mil_i]", o, "1e-3", "[in_i]"}, {"[cml_i]", o, "1/4", "[pi].[mil_i]2"}, {"[hd_i]", o, "4", "[in_i]"},
		{"[smoot]", o, "67", "[in_i]"},
		// US survey
		{"[ft_us]", o, "1200/3937", "m"}, {"[yd_us]", o, "3", "[ft_us]"}, {"[in_us]", o, "1/12", "[ft_us]"},
		{"[rd_us]", o, "16.5", "[ft_us]"}, {"[ch_us]", o, "4", "[rd_us]"}, {"[lk_us]", o, "1/100", "[ch_us]"},
		{"[rch_us]", o, "100", "[ft_us]"}, {"[rlk_us]", o, "1/100", "[rch_us]"}, {"[fth_us]", o, "6", "[ft_us]"},
		{"[fur_us]", o, "40", "[rd_us]"}, {"[mi_us]", o, "8", "[fur_us]"}, {"[acr_us]", o, "160", "[rd_us]2"},
		{"[srd_us]", o, "1", "[rd_us]2"}, {"[smi_us]", o, "1", "[mi_us]2"}, {"[sct]", o, "1", "[mi_us]2"},
		{"[twp]", o, "36", "[sct]"}, {"[mil_us]", o, "1e-3", "[in_us]"},
		// British lengths
		{"[in_br]", o, "2.539998", "cm"}, {"[ft_br]", o, "12", "[in_br]"}, {"[rd_br]", o, "16.5", "[ft_br]"},
		{"[ch_br]", o, "4", "[rd_br]"}, {"[lk_br]", o, "1/100", "[ch_br]"}, {"[fth_br]", o, "6", "[ft_br]"},
		{"[pc_br]", o, "2.5", "[ft_br]"}, {"[yd_br]", o, "3", "[ft_br]"}, {"[mi_br]", o, "5280", "[ft_br]"},
		{"[nmi_br]", o, "6080", "[ft_br]"}, {"[kn_br]", o, "1", "[nmi_br]/h"}, {"[acr_br]", o, "4840", "[yd_br]2"},
		// US volumes
		{"[gal_us]", o, "231", "[in_i]3"}, {"[bbl_us]", o, "42", "[gal_us]"}, {"[qt_us]", o, "1/4", "[gal_us]"},
		{"[pt_us]", o, "1/2", "[qt_us]"}, {"[gil_us]", o, "1/4", "[pt_us]"}, {"[foz_us]", o, "1/4", "[gil_us]"},
		{"[fdr_us]", o, "1/8", "[foz_us]"}, {"[min_us]", o, "1/60", "[fdr_us]"}, {"[crd_us]", o, "128", "[ft_i]3"},
		{"[bu_us]", o, "2150.42", "[in_i]3"}, {"[gal_wi]", o, "1/8", "[bu_us]"}, {"[pk_us]", o, "1/4", "[bu_us]"},
		{"[dqt_us]", o, "1/8", "[pk_us]"}, {"[dpt_us]", o, "1/2", "[dqt_us]"}, {"[tbs_us]", o, "1/2", "[foz_us]"},
		{"[tsp_us]", o, "1/3", "[tbs_us]"}, {"[cup_us]", o, "16", "[tbs_us]"}, {"[foz_m]", o, "30", "mL"},
		{"[cup_m]", o, "240", "mL"}, {"[tsp_m]", o, "5", "mL"}, {"[tbs_m]", o, "15", "mL"},
		// British volumes
		{"[gal_br]", o, "4.54609", "l"}, {"[pk_br]", o, "2", "[gal_br]"}, {"[bu_br]", o, "4", "[pk_br]"},
		{"[qt_br]", o, "1/4", "[gal_br]"}, {"[pt_br]", o, "1/2", "[qt_br]"}, {"[gil_br]", o, "1/4", "[pt_br]"},
		{"[foz_br]", o, "1/5", "[gil_br]"}, {"[fdr_br]", o, "1/8", "[foz_br]"}, {"[min_br]", o, "1/60", "[fdr_br]"},
		// masses: avoirdupois, troy, apothecary
		{"[gr]", o, "64.79891", "mg"}, {"[lb_av]", o, "7000", "[gr]"}, {"[oz_av]", o, "1/16", "[lb_av]"},
		{"[dr_av]", o, "1/16", "[oz_av]"}, {"[scwt_av]", o, "100", "[lb_av]"}, {"[lcwt_av]", o, "112", "[lb_av]"},
		{"[ston_av]", o, "20", "[scwt_av]"}, {"[lton_av]", o, "20", "[lcwt_av]"}, {"[stone_av]", o, "14", "[lb_av]"},
		{"[lbf_av]", o, "1", "[lb_av].[g]"}, {"[pwt_tr]", o, "24", "[gr]"}, {"[oz_tr]", o, "20", "[pwt_tr]"},
		{"[lb_tr]", o, "12", "[oz_tr]"}, {"[sc_ap]", o, "20", "[gr]"}, {"[dr_ap]", o, "3", "[sc_ap]"},
		{"[oz_ap]", o, "8", "[dr_ap]"}, {"[lb_ap]", o, "12", "[oz_ap]"}, {"[oz_m]", o, "28", "g"},
		{"[car_m]", o, "0.2", "g"}, {"[car_Au]", o, "1/24", "1"},
		// type
		{"[lne]", o, "1/12", "[in_i]"}, {"[pnt]", o, "1/6", "[lne]"}, {"[pca]", o, "12", "[pnt]"},
		{"[pnt_pr]", o, "0.013837", "[in_i]"}, {"[pca_pr]", o, "12", "[pnt_pr]"}, {"[pied]", o, "32.48", "cm"},
		{"[pouce]", o, "1/12", "[pied]"}, {"[ligne]", o, "1/12", "[pouce]"}, {"[didot]", o, "1/6", "[ligne]"},
		{"[cicero]", o, "12", "[didot]"},
		// heat, power, pressure
		{"[degR]", o, "5/9", "K"}, {"cal_[15]", m, "4.18580", "J"}, {"cal_[20]", m, "4.18190", "J"},
		{"cal_m", m, "4.19002", "J"}, {"cal_IT", m, "4.1868", "J"}, {"cal_th", m, "4.184", "J"},
		{"cal", m, "4.184", "J"}, {"[Cal]", o, "4184", "J"}, {"[Btu_39]", o, "1.05967", "kJ"},
		{"[Btu_59]", o, "1.05480", "kJ"}, {"[Btu_60]", o, "1.05468", "kJ"}, {"[Btu_m]", o, "1.05587", "kJ"},
		{"[Btu_IT]", o, "1.05505585262", "kJ"}, {"[Btu_th]", o, "1.054350", "kJ"}, {"[Btu]", o, "1.054350", "kJ"},
		{"[HP]", o, "550", "[ft_i].[lbf_av]/s"}, {"tex", m, "1", "g/km"}, {"[den]", o, "1/9", "g/km"},
		{"m[H2O]", m, "9.80665", "kPa"}, {"m[Hg]", m, "133.3220", "kPa"},
		{"[in_i'H2O]", o, "1", "m[H2O].[in_i]/m"}, {"[in_i'Hg]", o, "1", "m[Hg].[in_i]/m"},
		{"att", o, "1", "kgf/cm2"}, {"[psi]", o, "1", "[lbf_av]/[in_i]2"},
		// chemistry and medicine
		{"eq", m, "1", "mol"}, {"osm", m, "1", "mol"}, {"g%", m, "1", "g/dl"}, {"[S]", o, "1e-13", "s"},
		{"U", m, "1", "umol/min"}, {"[HPF]", o, "1", "1"}, {"[LPF]", o, "100", "1"}, {"[hnsf'U]", o, "1", "1"},
		{"[PRU]", o, "1", "mm[Hg].s/ml"}, {"[wood'U]", o, "1", "mm[Hg].min/L"}, {"[diop]", o, "1", "/m"},
		{"[mesh_i]", o, "1", "/[in_i]"}, {"[Ch]", o, "1/3", "mm"}, {"[drp]", o, "1/20", "ml"},
		{"[MET]", o, "3.5", "mL/min/kg"}, {"[NTU]", o, "1", "1"}, {"[FNU]", o, "1", "1"},
		// others
		{"Ao", o, "0.1", "nm"}, {"b", o, "100", "fm2"}, {"mho", m, "1", "S"},
		{"By", m, "8", "bit"}, {"Bd", m, "1", "/s"},
	}
}
