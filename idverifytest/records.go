package idverifytest

import "strings"

// records are the last exchanges, in bounded memory.
type records struct {
	list    []Exchange
	weights []int // of list
	weight  int
	names   map[string][]string // frequent lists are stored once
}

func (r *records) add(e Exchange) {
	weight := 320 + len(e.Method) + len(e.Host) + len(e.Path) + len(e.ContentType) + len(e.VendorCode)
	for _, list := range [...]*[]string{&e.TransferEncoding, &e.Headers, &e.Query, &e.Fields} {
		weight += r.share(list)
	}
	r.list, r.weights = append(r.list, e), append(r.weights, weight)
	r.weight += weight
	for len(r.list) > maxRecords || r.weight > maxRecordBytes {
		r.weight -= r.weights[0]
		r.list[0] = Exchange{} // release its texts
		r.list, r.weights = r.list[1:], r.weights[1:]
	}
}

// share replaces a list by an equal one that is already stored, and returns how
// much memory the list takes otherwise.
func (r *records) share(list *[]string) int {
	const lists, size = 256, 1 << 10
	key := strings.Join(*list, "\n")
	if kept, ok := r.names[key]; ok {
		*list = kept
		return 0
	}
	if len(r.names) < lists && len(key) <= size {
		if r.names == nil {
			r.names = map[string][]string{}
		}
		r.names[key] = *list
		return 0
	}
	return 16*len(*list) + len(key)
}
