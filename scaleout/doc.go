// Package scaleout proves redisidverify, sqlidverify and otelidverify together, over
// real processes on real servers: see TestScaleOut. It starts a Redis and a PostgreSQL
// of its own, and processes of a service that ask the vendors' stand-in, and then does
// to them what happens at night: kills, halts, restarts, lost data, lost answers.
//
//	go test -count=1 -v . -args -seed 7 -for 10m -rows 100000
//
// What the network does is done by a TCP proxy in the test: hanging, cut, an answer
// lost. Network namespaces would need root and show the processes nothing else.
//
// The same code is behind examples/cluster.
package scaleout
