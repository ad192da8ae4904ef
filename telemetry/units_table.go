package telemetry

// cefact are common codes of UN/ECE Recommendation 20, revision 17 (2021), annexes II
// and III, that telemetry of cities meets; each was looked up there. Of codes with one
// meaning the first is the one to write.
var cefact = []unitCode{
	// ratios and counts
	{"C62", "1"}, {"P1", "%"}, {"59", "[ppm]"}, {"61", "[ppb]"}, {"IE", "{person}"}, {"H87", "1"}, {"EA", "1"},
	// temperature
	{"CEL", "Cel"}, {"FAH", "[degF]"}, {"KEL", "K"},
	// length, area, volume
	{"MTR", "m"}, {"KMT", "km"}, {"HMT", "hm"}, {"DMT", "dm"}, {"CMT", "cm"}, {"MMT", "mm"}, {"4H", "um"}, {"C45", "nm"},
	{"INH", "[in_i]"}, {"FOT", "[ft_i]"}, {"YRD", "[yd_i]"}, {"SMI", "[mi_i]"},
	{"MTK", "m2"}, {"KMK", "km2"}, {"HAR", "har"}, {"DMK", "dm2"}, {"CMK", "cm2"}, {"MMK", "mm2"},
	{"MTQ", "m3"}, {"DMQ", "dm3"}, {"CMQ", "cm3"}, {"MMQ", "mm3"}, {"LTR", "L"}, {"HLT", "hL"}, {"DLT", "dL"}, {"CLT", "cL"}, {"MLT", "mL"},
	{"4G", "uL"}, {"MAL", "ML"}, {"GLL", "[gal_us]"},
	// mass, density
	{"KGM", "kg"}, {"GRM", "g"}, {"MGM", "mg"}, {"MC", "ug"}, {"TNE", "t"}, {"LBR", "[lb_av]"}, {"ONZ", "[oz_av]"},
	{"KMQ", "kg/m3"}, {"A93", "g/m3"}, {"GP", "mg/m3"}, {"GQ", "ug/m3"}, {"GL", "g/L"}, {"M1", "mg/L"}, {"H29", "ug/L"}, {"NA", "mg/kg"},
	// time, frequency
	{"SEC", "s"}, {"C26", "ms"}, {"B98", "us"}, {"MIN", "min"}, {"HUR", "h"}, {"DAY", "d"}, {"WEE", "wk"}, {"MON", "mo"}, {"ANN", "a"},
	{"HTZ", "Hz"}, {"KHZ", "kHz"}, {"MHZ", "MHz"}, {"A86", "GHz"}, {"RPM", "/min"},
	// speed, flow, rain
	{"MTS", "m/s"}, {"KMH", "km/h"}, {"C16", "mm/s"}, {"H67", "mm/h"}, {"M60", "m/h"}, {"KNT", "[kn_i]"},
	{"MQS", "m3/s"}, {"MQH", "m3/h"}, {"G52", "m3/d"}, {"G51", "L/s"}, {"L2", "L/min"}, {"E32", "L/h"}, {"LD", "L/d"}, {"40", "mL/s"}, {"41", "mL/min"}, {"E93", "kg/h"},
	// pressure, force
	{"PAL", "Pa"}, {"A97", "hPa"}, {"KPA", "kPa"}, {"MPA", "MPa"}, {"BAR", "bar"}, {"MBR", "mbar"}, {"HN", "mm[Hg]"}, {"NEW", "N"},
	// energy, power
	{"JOU", "J"}, {"KJO", "kJ"}, {"3B", "MJ"}, {"WHR", "W.h"}, {"KWH", "kW.h"}, {"MWH", "MW.h"}, {"GWH", "GW.h"}, {"D32", "TW.h"},
	{"WTT", "W"}, {"KWT", "kW"}, {"MAW", "MW"}, {"D46", "V.A"}, {"KVA", "kV.A"}, {"MVA", "MV.A"}, {"D44", "V.A"}, {"KVR", "kV.A"}, {"K3", "kV.A.h"}, {"C79", "kV.A.h"}, {"MAH", "MV.A.h"},
	{"D54", "W/m2"}, {"C32", "mW/m2"}, {"E46", "kW.h/m3"}, {"JM", "MJ/m3"}, {"B13", "J/m2"},
	// electricity
	{"VLT", "V"}, {"2Z", "mV"}, {"D82", "uV"}, {"KVT", "kV"}, {"AMP", "A"}, {"4K", "mA"}, {"B84", "uA"}, {"B22", "kA"}, {"AMH", "A.h"},
	{"OHM", "Ohm"}, {"FAR", "F"}, {"4O", "uF"}, {"SIE", "S"}, {"B99", "uS"}, {"D10", "S/m"}, {"H61", "mS/cm"}, {"H43", "S/cm"},
	// sound, light, water, radiation
	{"2N", "dB"}, {"LUX", "lx"}, {"KLX", "klx"}, {"LUM", "lm"}, {"CDL", "cd"}, {"Q30", "[pH]"}, {"NTU", "[NTU]"}, {"FNU", "[FNU]"},
	{"BQL", "Bq"}, {"A19", "Bq/m3"}, {"CUR", "Ci"}, {"D13", "Sv"}, {"C28", "mSv"}, {"P72", "uSv/h"}, {"P73", "nSv/h"}, {"P71", "mSv/h"}, {"DBW", "dB[W]"},
	// angle
	{"DD", "deg"}, {"C81", "rad"}, {"E96", "deg/s"},
	// information
	{"A99", "bit"}, {"AD", "By"}, {"2P", "kBy"}, {"4L", "MBy"}, {"E34", "GBy"}, {"E35", "TBy"}, {"B10", "bit/s"}, {"C74", "kbit/s"}, {"E20", "Mbit/s"}, {"B80", "Gbit/s"},
}

// senml are the units of RFC 8428, section 12.1, and RFC 8798: primary first, then
// secondary. dBm is left out: its zero is not that of a UCUM unit.
var senml = []unitCode{
	{"m", "m"}, {"kg", "kg"}, {"g", "g"}, {"s", "s"}, {"A", "A"}, {"K", "K"}, {"cd", "cd"}, {"mol", "mol"}, {"Hz", "Hz"}, {"rad", "rad"}, {"sr", "sr"},
	{"N", "N"}, {"Pa", "Pa"}, {"J", "J"}, {"W", "W"}, {"C", "C"}, {"V", "V"}, {"F", "F"}, {"Ohm", "Ohm"}, {"S", "S"}, {"Wb", "Wb"}, {"T", "T"}, {"H", "H"},
	{"Cel", "Cel"}, {"lm", "lm"}, {"lx", "lx"}, {"Bq", "Bq"}, {"Gy", "Gy"}, {"Sv", "Sv"}, {"kat", "kat"}, {"m2", "m2"}, {"m3", "m3"}, {"l", "L"},
	{"m/s", "m/s"}, {"m/s2", "m/s2"}, {"m3/s", "m3/s"}, {"l/s", "L/s"}, {"W/m2", "W/m2"}, {"cd/m2", "cd/m2"}, {"bit", "bit"}, {"bit/s", "bit/s"},
	{"deg", "deg"}, {"lat", "deg"}, {"lon", "deg"}, {"pH", "[pH]"}, {"dB", "dB"}, {"dBW", "dB[W]"}, {"Bspl", "B[SPL]"},
	{"/", "1"}, {"count", "1"}, {"%", "1"}, {"/100", "%"}, {"%RH", "%"}, {"%EL", "%"}, {"EL", "s"}, {"1/s", "/s"}, {"1/min", "/min"}, {"beat/min", "/min"}, {"beats", "1"},
	{"S/m", "S/m"}, {"B", "By"}, {"VA", "V.A"}, {"VAs", "V.A.s"}, {"var", "V.A"}, {"vars", "V.A.s"}, {"J/m", "J/m"}, {"kg/m3", "kg/m3"}, {"NTU", "[NTU]"},
	// secondary
	{"ms", "ms"}, {"min", "min"}, {"h", "h"}, {"MHz", "MHz"}, {"kW", "kW"}, {"kVA", "kV.A"}, {"kvar", "kV.A"}, {"Ah", "A.h"}, {"Wh", "W.h"}, {"kWh", "kW.h"},
	{"varh", "V.A.h"}, {"kvarh", "kV.A.h"}, {"kVAh", "kV.A.h"}, {"Wh/km", "W.h/km"}, {"KiB", "KiBy"}, {"GB", "GBy"}, {"Mbit/s", "Mbit/s"}, {"B/s", "By/s"}, {"MB/s", "MBy/s"},
	{"mV", "mV"}, {"mA", "mA"}, {"ug/m3", "ug/m3"}, {"mm/h", "mm/h"}, {"m/h", "m/h"}, {"ppm", "[ppm]"}, {"/1000", "[ppth]"}, {"hPa", "hPa"}, {"mm", "mm"}, {"cm", "cm"}, {"km", "km"}, {"km/h", "km/h"},
}

// symbols are spellings that are not UCUM, with their case.
var symbols = []unitCode{
	{"°C", "Cel"}, {"°c", "Cel"}, {"degC", "Cel"}, {"oC", "Cel"}, {"°F", "[degF]"}, {"degF", "[degF]"}, {"°", "deg"}, {"°K", "K"},
	{"Wh", "W.h"}, {"kWh", "kW.h"}, {"KWh", "kW.h"}, {"MWh", "MW.h"}, {"GWh", "GW.h"}, {"kW/h", "kW/h"}, {"Ah", "A.h"}, {"mAh", "mA.h"},
	{"VA", "V.A"}, {"kVA", "kV.A"}, {"var", "V.A"}, {"VAr", "V.A"}, {"kvar", "kV.A"}, {"kVAr", "kV.A"}, {"kVArh", "kV.A.h"}, {"kvarh", "kV.A.h"},
	{"ppm", "[ppm]"}, {"ppb", "[ppb]"}, {"PPM", "[ppm]"}, {"PPB", "[ppb]"}, {"pH", "[pH]"}, {"NTU", "[NTU]"}, {"FNU", "[FNU]"},
	{"dB(A)", "dB[SPL]"}, {"dBA", "dB[SPL]"}, {"dba", "dB[SPL]"}, {"mmHg", "mm[Hg]"}, {"psi", "[psi]"}, {"kn", "[kn_i]"}, {"mph", "[mi_i]/h"},
	{"MB", "MBy"}, {"GB", "GBy"}, {"KB", "kBy"}, {"kB", "kBy"}, {"l/m2", "L/m2"}, {"%HR", "%"}, {"%RH", "%"}, {"HR%", "%"}, {"ha", "har"}, {"Tm", "t"},
	{"€", "EUR"}, {"h.", "h"}, {"min.", "min"}, {"kph", "km/h"}, {"kmh", "km/h"}, {"Km/h", "km/h"}, {"KM/H", "km/h"}, {"Km", "km"}, {"m.s-1", "m/s"}, {"ug.m-3", "ug/m3"}, {"mg.m-3", "mg/m3"},
	{"hpa", "hPa"}, {"HPA", "hPa"}, {"mb", "mbar"}, {"W/M2", "W/m2"}, {"w/m2", "W/m2"}, {"M/S", "m/s"}, {"ug/Nm3", "ug/m3"}, {"mcg/m3", "ug/m3"},
}

// words are names in lower case and without spaces, Spanish and English.
var words = []unitCode{
	{"percent", "%"}, {"percentage", "%"}, {"porciento", "%"}, {"porcentaje", "%"}, {"pct", "%"}, {"tantoporciento", "%"},
	{"celsius", "Cel"}, {"degreescelsius", "Cel"}, {"degreecelsius", "Cel"}, {"gradoscelsius", "Cel"}, {"gradoscentígrados", "Cel"}, {"gradoscentigrados", "Cel"}, {"centigrados", "Cel"}, {"centígrados", "Cel"},
	{"fahrenheit", "[degF]"}, {"degreesfahrenheit", "[degF]"}, {"kelvin", "K"}, {"degrees", "deg"}, {"degree", "deg"}, {"grados", "deg"}, {"grado", "deg"}, {"grad", "gon"},
	{"lux", "lx"}, {"luxes", "lx"}, {"lumen", "lm"}, {"lumens", "lm"}, {"decibel", "dB"}, {"decibels", "dB"}, {"decibelios", "dB"}, {"decibelio", "dB"}, {"db", "dB"},
	{"metres", "m"}, {"meters", "m"}, {"metre", "m"}, {"meter", "m"}, {"metros", "m"}, {"metro", "m"}, {"kilometres", "km"}, {"kilometers", "km"}, {"kilómetros", "km"}, {"kilometros", "km"},
	{"centimetres", "cm"}, {"centimeters", "cm"}, {"centímetros", "cm"}, {"centimetros", "cm"}, {"millimetres", "mm"}, {"millimeters", "mm"}, {"milímetros", "mm"}, {"milimetros", "mm"},
	{"squaremetres", "m2"}, {"squaremeters", "m2"}, {"metroscuadrados", "m2"}, {"hectares", "har"}, {"hectáreas", "har"}, {"hectareas", "har"},
	{"cubicmetres", "m3"}, {"cubicmeters", "m3"}, {"metroscúbicos", "m3"}, {"metroscubicos", "m3"}, {"litres", "L"}, {"liters", "L"}, {"litros", "L"}, {"litro", "L"}, {"litre", "L"}, {"liter", "L"},
	{"kilograms", "kg"}, {"kilogramos", "kg"}, {"kilos", "kg"}, {"grams", "g"}, {"gramos", "g"}, {"tonnes", "t"}, {"toneladas", "t"},
	{"microgramspercubicmetre", "ug/m3"}, {"microgramspercubicmeter", "ug/m3"}, {"microgramosporcadametrocúbico", "ug/m3"}, {"microgramospormetrocúbico", "ug/m3"}, {"microgramospormetrocubico", "ug/m3"},
	{"milligramspercubicmetre", "mg/m3"}, {"milligramspercubicmeter", "mg/m3"}, {"miligramospormetrocúbico", "mg/m3"},
	{"second", "s"}, {"seconds", "s"}, {"segundo", "s"}, {"segundos", "s"}, {"minute", "min"}, {"minutes", "min"}, {"minuto", "min"}, {"minutos", "min"}, {"hour", "h"}, {"hours", "h"}, {"hora", "h"}, {"horas", "h"},
	{"day", "d"}, {"days", "d"}, {"día", "d"}, {"días", "d"}, {"dia", "d"}, {"dias", "d"}, {"year", "a"}, {"years", "a"}, {"año", "a"}, {"años", "a"},
	{"metrespersecond", "m/s"}, {"meterspersecond", "m/s"}, {"metrosporsegundo", "m/s"}, {"kilometresperhour", "km/h"}, {"kilometersperhour", "km/h"}, {"kilómetrosporhora", "km/h"}, {"kilometrosporhora", "km/h"},
	{"pascal", "Pa"}, {"hectopascal", "hPa"}, {"hectopascals", "hPa"}, {"hectopascales", "hPa"}, {"milibares", "mbar"}, {"millibars", "mbar"},
	{"volt", "V"}, {"volts", "V"}, {"voltios", "V"}, {"amperes", "A"}, {"amps", "A"}, {"amperios", "A"}, {"watt", "W"}, {"watts", "W"}, {"vatios", "W"}, {"kilowatts", "kW"}, {"kilovatios", "kW"},
	{"kilowatthours", "kW.h"}, {"kilowatt-hour", "kW.h"}, {"kilovatioshora", "kW.h"}, {"kwh", "kW.h"}, {"hertz", "Hz"}, {"hercios", "Hz"}, {"rpm", "/min"},
	{"partspermillion", "[ppm]"}, {"partespormillón", "[ppm]"}, {"partspertrillion", "[pptr]"}, {"partsperbillion", "[ppb]"}, {"ph", "[pH]"},
	{"count", "1"}, {"counts", "1"}, {"units", "1"}, {"unidades", "1"}, {"unidad", "1"}, {"number", "1"}, {"número", "1"}, {"dimensionless", "1"}, {"adimensional", "1"}, {"ratio", "1"},
	{"vehicles", "{vehicle}"}, {"vehículos", "{vehicle}"}, {"vehiculos", "{vehicle}"}, {"veh", "{vehicle}"}, {"veh/h", "{vehicle}/h"}, {"vehículos/hora", "{vehicle}/h"}, {"vehiculos/hora", "{vehicle}/h"}, {"vehiclesperhour", "{vehicle}/h"},
	{"people", "{person}"}, {"persons", "{person}"}, {"personas", "{person}"}, {"euros", "EUR"}, {"euro", "EUR"}, {"eur", "EUR"}, {"bytes", "By"}, {"bits", "bit"},
}
