// Package spelling finds what somebody probably meant to write, for error
// messages.
package spelling

// MaxLen is the length in bytes from which on words are taken for different.
const MaxLen = 200

// Distance is the number of bytes to insert, delete, replace or swap with a
// neighbour that make a of b (optimal string alignment distance), or limit if
// it is not below.
func Distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > MaxLen || len(b) > MaxLen {
		return limit
	}
	var rows [3][MaxLen + 1]int
	before, prev, cur := rows[0][:len(b)+1], rows[1][:len(b)+1], rows[2][:len(b)+1]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(b)], limit)
}

// Nearest is the candidate at the smallest distance from word, below limit; the
// first of equals, "" if there is none.
func Nearest(word string, candidates []string, limit int) string {
	best := ""
	for _, c := range candidates {
		if d := Distance(word, c, limit); d < limit {
			best, limit = c, d
		}
	}
	return best
}
