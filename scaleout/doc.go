// Package scaleout tests redisidverify, sqlidverify and otelidverify together, with
// real processes on real servers: see TestScaleOut. It starts its own Redis and
// PostgreSQL, and service processes that ask the vendors' stand-in. Then it causes
// the failures of production: killed and stopped processes, restarts, lost data, lost
// answers.
//
//	go test -count=1 -v . -args -seed 7 -for 10m -rows 100000
//
// A TCP proxy in the test simulates network failures: a connection that hangs or is
// cut, a lost answer. Network namespaces would need root and show the processes
// nothing more.
//
// examples/cluster uses the same code.
package scaleout
