// Package scaleout tests redisidverify, sqlidverify and otelidverify together, with
// real processes on real servers: see TestScaleOut. It starts its own Redis and
// PostgreSQL or MariaDB, and service processes that ask the vendors' stand-in, with
// otelhttp, otelhttptrace and redisotel as users have them. Then it causes the failures
// of production: killed and stopped processes, restarts, lost data, lost answers.
//
//	go test -count=1 -v . -args -seed 7 -for 10m -rows 100000
//	go test -count=1 -v . -args -seed 7 -sql mariadb
//
// A TCP proxy in the test simulates network failures: a connection that hangs or is
// cut, a lost answer. Packets that vanish, and a slow network, need a network namespace;
// that phase is skipped where root may not make one.
//
// examples/cluster uses the same code.
package scaleout
