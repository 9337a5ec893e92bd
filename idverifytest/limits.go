package idverifytest

import "time"

// Limits for one request. A request above them gets the vendor's own error; the
// package documentation lists those that matter to users.
const (
	maxHeaders   = 100      // headers
	maxQuery     = 64       // parameters of the query
	maxFields    = 64       // fields of a form; members and items of JSON, all levels together
	maxFieldName = 128      // bytes of the name of a field
	maxPartHead  = 2 << 10  // bytes of the head of one part of a form
	maxDepth     = 16       // levels of JSON
	maxNumber    = 64       // bytes of a number in JSON
	maxBody      = 32 << 20 // bytes of a body, where the vendor names no limit
	maxText      = 8 << 10  // bytes of one text that are kept; a longer one fits no rule
	maxTexts     = 64 << 10 // bytes of all texts that are kept
	maxEvidence  = 256      // bytes of a picture or capture that are kept
	maxDrained   = 96 << 20 // bytes that are read and dropped, so that the client sees the answer
	readBuffer   = 16 << 10
	sparedMemory = 16 << 10 // for the request itself, whatever its body
)

// Limits for what the stand-in remembers.
const (
	maxRecords     = 10_000
	maxRecordBytes = 8 << 20
	maxBilled      = 10_000
	maxSubjects    = 100_000
	maxNoted       = 256 // bytes of a text in a record
)

// Limits for all requests together.
const (
	// bodyMemory is what the requests being read may take together. A request that
	// does not fit waits.
	bodyMemory = 16 << 20
	// perBody is the most that one of them takes, for its texts and buffers.
	perBody = 96 << 10
	// perForm is the same for a multipart form: Go's own reader keeps the head of a
	// part, which may consist of names only.
	perForm = 192 << 10
	// defaultConnections is for Start and Serve.
	defaultConnections = 256
	maxHeadBytes       = 12 << 10 // net/http takes 4 KiB more
	maxHeadLines       = 512
)

// Time limits.
const (
	headTime = 10 * time.Second
	bodyTime = 60 * time.Second // to arrive, the whole of it
	sendTime = 30 * time.Second // for the client to take the answer
	idleTime = 60 * time.Second
	waitTime = 10 * time.Second // for memory
)
