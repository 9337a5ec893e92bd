package photo

import "math"

// The weights of a sample add up to one, which is this many parts.
const (
	weightBits = 14
	oneWeight  = 1 << weightBits
)

// axis is one direction of a plane that is scaled.
type axis struct {
	full, samples, sub int // of the source: pixels, samples, pixels for each sample
	to, toSub          int // of the target: pixels, and pixels for each sample
	flip               bool
}

// taps are the samples of the source that make one of the target.
type taps struct {
	first   int
	weights []int32
}

// count is the number of samples of the target.
func (a axis) count() int { return (a.to + a.toSub - 1) / a.toSub }

// taps gives those of each sample of the target. Samples of less than every pixel
// lie in the middle of those that they stand for, as JPEG has it.
func (a axis) taps() []taps {
	ratio := float64(a.full) / float64(a.to)
	scale := max(1, ratio*float64(a.toSub)/float64(a.sub))
	all := make([]taps, a.count())
	for i := range all {
		at := (float64(i) + 0.5) * float64(a.toSub) * ratio
		if a.flip {
			at = float64(a.full) - at
		}
		all[i] = a.around(at/float64(a.sub)-0.5, scale)
	}
	return all
}

// around weighs the samples about a place, by the curve of Catmull and Rom stretched
// to scale. Beyond the edge there are none.
func (a axis) around(at, scale float64) taps {
	at = min(max(at, 0), float64(a.samples-1))
	first := max(int(math.Ceil(at-2*scale)), 0)
	last := min(int(math.Floor(at+2*scale)), a.samples-1)
	exact := make([]float64, 0, last-first+1)
	sum := 0.0
	for i := first; i <= last; i++ {
		w := catmullRom((float64(i) - at) / scale)
		exact = append(exact, w)
		sum += w
	}
	weights := make([]int32, len(exact))
	left, heaviest := int32(oneWeight), 0
	for i, w := range exact {
		weights[i] = int32(math.Round(w / sum * oneWeight))
		left -= weights[i]
		if weights[i] > weights[heaviest] {
			heaviest = i
		}
	}
	weights[heaviest] += left // what rounding lost
	for len(weights) > 1 && weights[0] == 0 {
		weights, first = weights[1:], first+1
	}
	for len(weights) > 1 && weights[len(weights)-1] == 0 {
		weights = weights[:len(weights)-1]
	}
	return taps{first, weights}
}

// catmullRom is the cubic through four points (E. Catmull and R. Rom, 1974).
func catmullRom(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}
