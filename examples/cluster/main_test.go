//go:build unix

package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/idverify/idverify/scaleout/servers"
	"github.com/idverify/idverify/scaleout/worker"
	"github.com/idverify/idverify/sqlidverify"
)

// The processes of the cluster are this test program, so TestMain starts them too.
func TestMain(m *testing.M) {
	if worker.IsWorker() {
		worker.Main()
		return
	}
	goleak.VerifyTestMain(m)
}

func TestParse_RefusesValuesOutOfRange(t *testing.T) {
	for _, args := range [][]string{
		{"-processes", "1"}, {"-processes", "25"}, {"-rate", "0"}, {"-rate", "NaN"}, {"-rate", "501"}, {"-tries", "0"}, {"-tries", "101"},
		{"-questions", "0"}, {"-questions", "2001"}, {"more"}, {"-unknown"},
	} {
		_, err := parse(args, io.Discard)
		require.Error(t, err, args)
	}
	s, err := parse(nil, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, settings{processes: 6, rate: 20, tries: 5, questions: 200}, s)
}

func TestParse_HelpNamesRequirements(t *testing.T) {
	var help bytes.Buffer
	_, err := parse([]string{"-h"}, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	assert.Contains(t, help.String(), servers.Install(sqlidverify.PostgreSQL))
	assert.Contains(t, help.String(), "-processes")
}

// Missing programs are named before anything is started.
func TestRun_NamesMissingPrograms(t *testing.T) {
	if len(servers.Missing(sqlidverify.PostgreSQL)) == 0 {
		t.Setenv("PATH", "")
	}
	missing := servers.Missing(sqlidverify.PostgreSQL)
	require.NotEmpty(t, missing, "without a PATH there is no redis-server")
	err := run(t.Context(), nil, io.Discard, os.Stderr)
	require.ErrorContains(t, err, servers.Install(sqlidverify.PostgreSQL))
	assert.ErrorContains(t, err, missing[0])
}
