package idverifytest

import (
	"net/http"
	"slices"
)

// An Answer is what [Server.Script] sends instead of a computed answer.
type Answer struct {
	Status int         // HTTP status, 200 to 599; 0 is 200
	Header http.Header // added to Content-Type: application/json, or replacing it
	Body   string      // sent unchanged
	Billed bool        // whether it goes on the [Bill]
}

func (a Answer) reply() reply {
	rep := reply{
		status: a.Status,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   []byte(a.Body),
		billed: a.Billed,
	}
	for name, values := range a.Header {
		rep.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	if rep.status == 0 {
		rep.status = http.StatusOK
	}
	return rep
}

// Script makes the next calls to a vendor's verification endpoint, or to
// [BaiduToken], get exactly these answers, in order and one each, whatever the
// requests contain. Later calls are answered as usual. Answers that are already
// waiting come first. It panics for an unknown vendor, and for a Status out of
// range.
func (s *Server) Script(vendor string, answers ...Answer) {
	s.known().mustKnow(vendor)
	answers = slices.Clone(answers)
	for i, a := range answers {
		if a.Status != 0 && !isStatus(a.Status) {
			panic("idverifytest: Script: Answer.Status: must be 0, or 200 to 599")
		}
		answers[i].Header = a.Header.Clone()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts[vendor] = append(s.scripts[vendor], answers...)
}

// isStatus reports whether an answer can have that HTTP status.
func isStatus(status int) bool { return status >= 200 && status <= 599 }

func (s *Server) nextAnswer(name string) (Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.scripts[name]
	if len(queue) == 0 {
		return Answer{}, false
	}
	s.scripts[name] = queue[1:]
	return queue[0], true
}
