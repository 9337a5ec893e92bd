package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	encodingUTF8    = "utf-8"
	encodingGB18030 = "gb18030"
)

const howToSave = `save it as "CSV UTF-8", or say -encoding gb18030 if that is what it is`

// decoded reads a file as UTF-8, without the byte order mark that spreadsheets write.
func decoded(file io.Reader, encoding string) *bufio.Reader {
	if encoding == encodingGB18030 {
		file = simplifiedchinese.GB18030.NewDecoder().Reader(file)
	}
	text := bufio.NewReader(file)
	if mark, _ := text.Peek(3); bytes.Equal(mark, []byte("\ufeff")) {
		_, _ = text.Discard(3)
	}
	return text
}

// checkEncoding reads the whole file, and fails with the reason if its bytes are not
// in the named encoding, or not UTF-8 if none was named.
func checkEncoding(file io.Reader, encoding string) error {
	switch encoding {
	case "", encodingUTF8, encodingGB18030:
	default:
		return errors.New("-encoding is utf-8 or gb18030")
	}
	var sample []byte // of the bytes outside ASCII
	plainlyUTF8 := false
	text := decoded(file, encoding)
	for number := 1; ; number++ {
		line, err := text.ReadBytes('\n')
		if err := checkLine(line, number, encoding); err != nil {
			return err
		}
		for _, r := range string(line) {
			// Two bytes of UTF-8 may be one Chinese character of GB18030; three are
			// hardly ever one and a half.
			plainlyUTF8 = plainlyUTF8 || r >= 0x800
			if r >= utf8.RuneSelf && len(sample) < 4096 {
				sample = utf8.AppendRune(sample, r)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if encoding == "" && !plainlyUTF8 && isChinese(sample) {
		return errors.New("it can be read as UTF-8, but looks like GB18030 (GBK), as Chinese spreadsheets save CSV: say -encoding gb18030, or -encoding utf-8 if it is that")
	}
	return nil
}

func checkLine(line []byte, number int, encoding string) error {
	switch {
	case number == 1 && (bytes.HasPrefix(line, []byte("\xff\xfe")) || bytes.HasPrefix(line, []byte("\xfe\xff"))),
		bytes.IndexByte(line, 0) >= 0:
		return fmt.Errorf("line %d is UTF-16, or no text, and not UTF-8: %s", number, howToSave)
	case encoding == encodingGB18030 && bytes.ContainsRune(line, utf8.RuneError):
		return fmt.Errorf("line %d is not GB18030", number)
	case !utf8.Valid(line):
		return fmt.Errorf("line %d is not UTF-8: %s", number, howToSave)
	}
	return nil
}

// isChinese reports whether all bytes are Chinese characters in GB18030.
func isChinese(text []byte) bool {
	read, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	return len(text) > 0 && err == nil && strings.IndexFunc(string(read), func(r rune) bool { return !unicode.Is(unicode.Han, r) }) < 0
}
