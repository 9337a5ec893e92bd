package photo

import "slices"

// A plane is scaled a row at a time: rows of the source are given in order, and a
// row of the target is made as soon as the last of its rows has come. So nothing is
// held twice, and what has to be converted is converted in passing.
//
// Down the columns two samples are multiplied at once, in the halves of a word. A
// half that is below zero on the way borrows from the other one and gives back in
// the end, which bias keeps above zero.
const (
	half = 32
	bias = 1 << 28

	midBits = 6 // more than a sample has, between the two directions
	midDown = weightBits - midBits
	endDown = weightBits + midBits
)

// scaler makes one plane.
type scaler struct {
	columns []taps
	rows    []taps // in the order in which they can be made
	places  []int  // of each of them in the target
	made    int    // of rows

	ring   [][]uint64 // rows of the source, packed: as many as one row needs
	came   int        // rows of the source
	sums   []uint64
	middle []int32 // a row that is scaled down the columns

	target             []byte
	stepDown, stepOver int // from row to row, and from sample to sample
}

func newScaler(across, down axis, target []byte, stepDown, stepOver int) *scaler {
	s := &scaler{columns: across.taps(), rows: down.taps(), target: target, stepDown: stepDown, stepOver: stepOver}
	deepest := 0
	s.places = make([]int, len(s.rows))
	for i := range s.rows {
		s.places[i] = i
		deepest = max(deepest, len(s.rows[i].weights))
	}
	if down.flip {
		slices.Reverse(s.rows)
		slices.Reverse(s.places)
	}
	words := (across.samples + 1) / 2
	room := make([]uint64, words*(deepest+1))
	s.sums, room = room[:words], room[words:]
	s.ring = make([][]uint64, deepest)
	for i := range s.ring {
		s.ring[i] = room[i*words:][:words]
	}
	s.middle = make([]int32, 2*words)
	return s
}

// push takes the next row of the source.
func (s *scaler) push(row []byte) {
	if s.made == len(s.rows) {
		return
	}
	pack(s.ring[s.came%len(s.ring)], row)
	s.came++
	for s.made < len(s.rows) && s.rows[s.made].first+len(s.rows[s.made].weights) <= s.came {
		s.down(s.rows[s.made])
		s.over(s.target[s.places[s.made]*s.stepDown:])
		s.made++
	}
}

// pack puts two samples into each word.
func pack(words []uint64, row []byte) {
	if len(row)%2 == 1 {
		words[len(row)/2] = uint64(row[len(row)-1])
	}
	words = words[:len(row)/2]
	for i := range words {
		two := row[2*i:][:2]
		words[i] = uint64(two[0]) | uint64(two[1])<<half
	}
}

// down makes the middle row of rows of the source.
func (s *scaler) down(t taps) {
	const start = bias + 1<<(midDown-1) // and half of what is cut off, to round
	for i := range s.sums {
		s.sums[i] = start | start<<half
	}
	for i := 0; i < len(t.weights); i += 4 {
		var rows [4][]uint64
		var weights [4]uint64
		for k := range rows {
			at := min(i+k, len(t.weights)-1) // once more, with the weight 0, behind the last
			rows[k] = s.ring[(t.first+at)%len(s.ring)]
			if i+k == at {
				weights[k] = uint64(int64(t.weights[at]))
			}
		}
		addRows(s.sums, rows[0], rows[1], rows[2], rows[3], weights)
	}
	for i, sum := range s.sums {
		two := s.middle[2*i:][:2]
		two[0] = (int32(uint32(sum)) - bias) >> midDown
		two[1] = (int32(uint32(sum>>half)) - bias) >> midDown
	}
}

func addRows(sums, a, b, c, d []uint64, w [4]uint64) {
	a, b, c, d = a[:len(sums)], b[:len(sums)], c[:len(sums)], d[:len(sums)]
	for i := range sums {
		sums[i] += w[0]*a[i] + w[1]*b[i] + w[2]*c[i] + w[3]*d[i]
	}
}

// over makes a row of the target of the middle row.
func (s *scaler) over(target []byte) {
	at := 0
	for _, t := range s.columns {
		samples := s.middle[t.first:][:len(t.weights)]
		sum := int32(1 << (endDown - 1))
		for i, w := range t.weights {
			sum += w * samples[i]
		}
		target[at] = uint8(min(max(sum>>endDown, 0), 255))
		at += s.stepOver
	}
}
