package unit

import "strings"

// currencies are the active codes of ISO 4217 that are money in use; metals,
// tests and funds are not. Sorted. None of them is also a UCUM unit.
const currencies = `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD
	BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP
	GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR
	KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
	MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
	SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
	UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG`

// isCurrency says whether s is an ISO 4217 code in the list.
func isCurrency(s string) bool {
	if len(s) != 3 || strings.ContainsAny(s, " \n\t") {
		return false
	}
	return strings.Contains(currencies, s)
}

// splitCurrency reads [prefix]CCC[@yyyy]. The prefix is "", "k", "M", "G" or
// "T": money has no thousandths that anyone writes as mEUR.
func splitCurrency(sym string) (prefix, code, year string, ok bool) {
	body, year, dated := strings.Cut(sym, "@")
	if dated && !isYear(year) {
		return "", "", "", false
	}
	if len(body) == 4 && strings.Contains("kMGT", body[:1]) {
		prefix, body = body[:1], body[1:]
	}
	if !isCurrency(body) {
		return "", "", "", false
	}
	return prefix, body, year, true
}

func isYear(s string) bool {
	if len(s) != 4 || s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
