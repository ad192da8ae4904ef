package indicators

// validProvince tells whether a two-digit INE code is a Spanish province, 01 to
// 50, or Ceuta (51) or Melilla (52).
func validProvince(s string) bool {
	return len(s) == 2 && isDigits(s) && s >= "01" && s <= "52"
}

// validINE tells whether a text has the form of an INE municipality code. The
// register itself changes every year and is not part of the library.
func validINE(s string) bool {
	return len(s) == 5 && isDigits(s) && validProvince(s[:2]) && s[2:] != "000"
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// DIR3 returns the code of a city council in the Spanish directory of public
// bodies: L01, the INE code of the municipality, and INE's check digit, as in
// L01280796 for Madrid, 28079. It is false if the INE code cannot exist. The
// check digit is INE's own of lists of municipalities: the sum of the digits,
// the first and fourth doubled modulo 9 (9 stays 9), the second and fifth
// through a fixed permutation, completed to ten.
func DIR3(ine string) (string, bool) {
	if !validINE(ine) {
		return "", false
	}
	const (
		doubled  = "\x00\x02\x04\x06\x08\x01\x03\x05\x07\x09"
		permuted = "\x00\x03\x08\x02\x07\x04\x01\x05\x09\x06"
	)
	sum := doubled[ine[0]-'0'] + permuted[ine[1]-'0'] + ine[2] - '0' + doubled[ine[3]-'0'] + permuted[ine[4]-'0']
	return "L01" + ine + string('0'+(10-sum%10)%10), true
}
