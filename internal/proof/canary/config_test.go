package canary_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/internal/proof/vendors"
)

const (
	configMark = "EXAMPLE-key-in-a-config-civet-8853"
	shortKey   = "EXAMPLE-short-lemur-1936"
)

// wrongURLs are base URLs that every vendor refuses.
var wrongURLs = []string{
	"https://" + urlUser + ":" + urlPassword + "@vendor.example",
	"https://" + urlPassword + "@vendor.example",
	"https://vendor.example/?access_token=" + configMark,
	"https://vendor.example/#" + configMark,
	"https://vendor.example:" + configMark,
	"http://" + configMark + ".example",
	"ftp://" + configMark + ".example",
	configMark,
	":" + configMark,
	"https://[" + configMark,
	"https://vendor.example/%zz" + configMark,
	"https://\x7f" + configMark,
}

// Holds P-DATA-4.
func TestConfig_RefusedOneLeaksNothing(t *testing.T) {
	o := listen(t)
	o.plant("a key in a config", configMark)
	o.plant("a URL's user", urlUser)
	o.plant("a URL's password", urlPassword)
	proxied := through(t, "127.0.0.1:1")
	o.plant("a proxy's password", proxyPassword)
	o.plantKeys()
	refuse := func(cfg any, err error) {
		o.still("config", cfg)
		require.ErrorIs(t, err, idverify.ErrInvalidConfig)
		o.failure("config", err)
	}
	for _, a := range accounts {
		marked := vendors.Account{Keys: a.Keyed(configMark)}
		for _, base := range wrongURLs {
			at := marked
			at.HTTP = idverify.HTTP{BaseURL: base, Client: proxied}
			o.still("settings", at.HTTP)
			_, cfg, err := a.Make(at)
			refuse(cfg, err)
		}
		for _, k := range a.Keys {
			for _, key := range []string{configMark + "\n", " " + configMark, configMark + "\xff"} {
				at := vendors.Account{Keys: a.Keyed(configMark)}
				at.Keys[k.Field] = key
				_, cfg, err := a.Make(at)
				refuse(cfg, err)
			}
			at := vendors.Account{Keys: a.Keyed(configMark)}
			at.Keys[k.Field] = ""
			_, cfg, err := a.Make(at)
			refuse(cfg, err)
			if k.Digits {
				at.Keys[k.Field] = configMark
				_, cfg, err := a.Make(at)
				refuse(cfg, err)
			}
		}
		for _, r := range a.Refused(marked) {
			_, err := r.New()
			refuse(r.Config, err)
		}
		at := marked
		at.HTTP.Timeout = -1
		_, cfg, err := a.Make(at)
		refuse(cfg, err)
		if a.OwnThreshold {
			at := marked
			at.Threshold = 1e6
			_, cfg, err := a.Make(at)
			refuse(cfg, err)
		}
	}
}

// Holds P-DATA-4.
func TestOption_RefusedOneLeaksNothing(t *testing.T) {
	o := listen(t)
	o.plantKey("a short key", shortKey)
	provider, err := accounts[0].New(vendors.Account{Keys: accounts[0].Keyed(configMark), HTTP: idverify.HTTP{Client: &http.Client{}}})
	require.NoError(t, err)
	o.plantKey("a key in a config", configMark)
	for _, opt := range []idverify.Option{
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(shortKey), Tries: 1, Window: time.Hour}),
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(shortKey + shortKey), Tries: 0, Window: time.Hour}),
		idverify.WithResultStore(resultStore{o}, []byte(shortKey)),
		idverify.WithResultStore(nil, []byte(shortKey+shortKey)),
	} {
		o.still("option", opt)
		_, err := idverify.New([]idverify.Provider{provider}, opt)
		require.ErrorIs(t, err, idverify.ErrInvalidConfig)
		o.failure("option", err)
	}
	_, err = batch.Run(t.Context(), provider, nil, batch.WithJournal(&batch.FileJournal{}, []byte(shortKey)))
	require.ErrorIs(t, err, idverify.ErrInvalidConfig)
	o.failure("batch option", err)
}

// Holds P-DATA-1.
func TestIDNumber_LeaksNothing(t *testing.T) {
	o := listen(t)
	o.plantPerson("测试甲乙", "11010519000107008X")
	n, err := idcard.Parse("11010519000107008x")
	require.NoError(t, err)
	o.still("number", n)
	o.heard("mask", idcard.Mask("11010519000107008X")+idcard.Mask("11010519000107008"))
	for _, wrong := range []string{"11010519000107008", "110105190001070081", "00010519000107008X", "1101051900010700X8", "11010519009907008X", "11010518000107008X"} {
		_, err := idcard.Parse(wrong)
		require.Error(t, err)
		o.plant("a wrong number", wrong)
		o.failure("wrong number", err)
		o.heard("mask", idcard.Mask(wrong))
	}
}

// A journal's path is the operator's own text, but an error still leaves it out.
func TestJournal_LeaksNoPath(t *testing.T) {
	o := listen(t)
	o.plant("a journal's path", fileMark)
	dir := filepath.Join(t.TempDir(), fileMark)
	require.NoError(t, os.Mkdir(dir, 0o700))
	file := filepath.Join(dir, "no journal")
	require.NoError(t, os.WriteFile(file, []byte(fileMark), 0o600))
	for _, path := range []string{dir, file, filepath.Join(file, "below"), dir + "\x00", filepath.Join(dir, "absent", "journal")} {
		_, err := batch.OpenFileJournal(path)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		o.failure("journal", e)
		o.stored("journal", e, new(idverify.Error))
		assert.Equal(t, "path", e.Field)
	}
	journal, err := batch.OpenFileJournal(filepath.Join(dir, "journal"))
	require.NoError(t, err)
	for _, verb := range verbs {
		o.heard("journal", sprint(verb, journal))
	}
	_, err = batch.OpenFileJournal(filepath.Join(dir, "journal"))
	o.failure("a journal that is open", err)
	require.NoError(t, journal.Close())
	o.failure("a closed journal", journal.Begin(t.Context(), "key"))
	_, _, err = journal.Load(t.Context(), "key")
	o.failure("a closed journal", err)
}
