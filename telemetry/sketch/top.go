package sketch

import (
	"cmp"
	"container/heap"
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// DefaultCounters is the capacity of a Top that states none.
const DefaultCounters = 1024

// MaxCounters bounds the capacity of a Top.
const MaxCounters = 1 << 20

// Top finds the most frequent keys with a fixed number of counters (Space-Saving:
// Metwally, Agrawal & El Abbadi 2005). While there are no more keys than counters it is
// exact, and merging is order-free. After that a key's count is at most Error too high,
// every key with more than n/counters occurrences is there, merging keeps both (Agarwal
// and others 2012), and the bytes depend on the order of adding and merging: it cannot
// be otherwise. The zero Top is empty with DefaultCounters.
type Top struct {
	capacity int
	n        uint64
	lost     bool   // a key was replaced
	items    items  // a heap, the least first
	total    *int64 // see Account
}

// Item is a key and how often it occurred: from Count-Error to Count times.
type Item struct {
	Key          string
	Count, Error uint64
}

// NewTop is an empty Top with a number of counters, 1 to MaxCounters; it panics
// otherwise.
func NewTop(counters int) *Top {
	if counters < 1 || counters > MaxCounters {
		panic("sketch: counters out of range")
	}
	return &Top{capacity: counters}
}

type items struct {
	list  []Item
	index map[string]int
}

func (h *items) Len() int { return len(h.list) }

// Less puts the smallest count first and, of equal ones, the key that is replaced
// first: the last by name.
func (h *items) Less(i, j int) bool {
	a, b := &h.list[i], &h.list[j]
	return a.Count < b.Count || a.Count == b.Count && a.Key > b.Key
}
func (h *items) Swap(i, j int) {
	h.list[i], h.list[j] = h.list[j], h.list[i]
	h.index[h.list[i].Key], h.index[h.list[j].Key] = i, j
}
func (h *items) Push(x any) {
	it := x.(Item)
	h.index[it.Key] = len(h.list)
	h.list = append(h.list, it)
}
func (h *items) Pop() any {
	it := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	delete(h.index, it.Key)
	return it
}

func (t *Top) init() {
	if t.capacity == 0 {
		t.capacity = DefaultCounters
	}
	if t.items.index == nil {
		t.items.index = map[string]int{}
	}
}

// Add counts n occurrences of key, which it copies.
func (t *Top) Add(key []byte, n uint64) {
	if n == 0 {
		return
	}
	t.init()
	t.n += n
	if i, ok := t.items.index[string(key)]; ok {
		t.items.list[i].Count += n
		heap.Fix(&t.items, i)
		return
	}
	if len(t.items.list) < t.capacity {
		heap.Push(&t.items, Item{Key: string(key), Count: n})
		t.grown(len(key) + itemBytes)
		return
	}
	t.lost = true
	least := t.items.list[0]
	t.grown(len(key) - len(least.Key))
	delete(t.items.index, least.Key)
	t.items.list[0] = Item{Key: string(key), Count: least.Count + n, Error: least.Count}
	t.items.index[string(key)] = 0
	heap.Fix(&t.items, 0)
}

// Merge adds what o holds, which does not change. The capacity is the smaller one.
func (t *Top) Merge(o *Top) {
	t.init()
	capacity := o.capacity
	if capacity == 0 {
		capacity = DefaultCounters
	}
	t.capacity = min(t.capacity, capacity)
	t.n += o.n
	// What a full summary does not list may have occurred as often as its least.
	missT, missO := t.floor(), o.floor()
	sum := map[string]Item{}
	for _, it := range t.items.list {
		it.Count, it.Error = it.Count+missO, it.Error+missO
		sum[it.Key] = it
	}
	for _, it := range o.items.list {
		if have, ok := sum[it.Key]; ok {
			sum[it.Key] = Item{it.Key, have.Count - missO + it.Count, have.Error - missO + it.Error}
		} else {
			sum[it.Key] = Item{it.Key, it.Count + missT, it.Error + missT}
		}
	}
	list := make([]Item, 0, len(sum))
	for _, it := range sum {
		list = append(list, it)
	}
	sortItems(list)
	t.lost = t.lost || o.lost || len(list) > t.capacity
	t.fill(list[:min(len(list), t.capacity)])
}

func (t *Top) floor() uint64 {
	if !t.lost || len(t.items.list) == 0 {
		return 0
	}
	return t.items.list[0].Count
}

func (t *Top) fill(list []Item) {
	if t.total != nil {
		before := t.held()
		defer func() { *t.total += t.held() - before }()
	}
	t.items = items{index: make(map[string]int, len(list))}
	for _, it := range slices.Backward(list) {
		t.items.index[it.Key] = len(t.items.list)
		t.items.list = append(t.items.list, it)
	}
	heap.Init(&t.items)
}

// sortItems puts the greatest count first, equal ones by key.
func sortItems(list []Item) {
	slices.SortFunc(list, func(a, b Item) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Key, b.Key))
	})
}

// Exact reports whether every count is exact.
func (t *Top) Exact() bool { return !t.lost }

// Count is the number of occurrences of all keys together.
func (t *Top) Count() uint64 { return t.n }

// Items are the k most frequent keys, the most frequent first, equal ones by key.
func (t *Top) Items(k int) []Item {
	list := slices.Clone(t.items.list)
	sortItems(list)
	return list[:min(max(k, 0), len(list))]
}

// AppendBinary appends t as docs/sketches.md describes it. The error is always nil.
func (t *Top) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, kindTop, version)
	capacity := t.capacity
	if capacity == 0 {
		capacity = DefaultCounters
	}
	dst = binary.AppendUvarint(dst, uint64(capacity))
	dst = binary.AppendUvarint(dst, t.n)
	lost := byte(0)
	if t.lost {
		lost = 1
	}
	list := t.Items(len(t.items.list))
	dst = binary.AppendUvarint(append(dst, lost), uint64(len(list)))
	for _, it := range list {
		dst = append(binary.AppendUvarint(dst, uint64(len(it.Key))), it.Key...)
		dst = binary.AppendUvarint(binary.AppendUvarint(dst, it.Count), it.Error)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote. The error is an [*Error]; t is then
// unchanged.
func (t *Top) UnmarshalBinary(src []byte) error {
	d := decoder{name: "top", src: src}
	d.header(kindTop)
	capacity, n, lost := d.uvarint(), d.uvarint(), d.byte()
	count := d.count(3)
	if d.err == nil && (capacity < 1 || capacity > MaxCounters || lost > 1 || uint64(count) > capacity || lost == 1 && uint64(count) < capacity) {
		d.fail("%d items of %d counters", count, capacity)
	}
	out := Top{capacity: int(min(capacity, MaxCounters)), n: n, lost: lost == 1}
	var list []Item
	var sum uint64
	for i := range count {
		it := Item{Key: string(d.bytes(d.count(1))), Count: d.uvarint(), Error: d.uvarint()}
		if d.err != nil {
			break
		}
		if it.Count == 0 || it.Error >= it.Count || it.Error > 0 && !out.lost || it.Count > math.MaxUint64-sum {
			d.fail("item %.40q with %d, error %d", it.Key, it.Count, it.Error)
			break
		}
		sum += it.Count
		if i > 0 {
			if b := &list[i-1]; b.Count < it.Count || b.Count == it.Count && b.Key >= it.Key {
				d.fail("item %.40q out of order", it.Key)
				break
			}
		}
		list = append(list, it)
	}
	if d.err == nil && (!out.lost && sum != n) {
		d.fail("items count %d, the head %d", sum, n)
	}
	out.fill(list)
	if d.err == nil && len(out.items.index) != len(list) {
		d.fail("a key stands twice")
	}
	if err := d.end(); err != nil {
		return err
	}
	*t = out
	return nil
}
