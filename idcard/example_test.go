package idcard_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/idverify/idverify/idcard"
)

func ExampleParse() {
	n, err := idcard.Parse(" 11010519491231002x ")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n)
	fmt.Println(n.Kind(), n.Sex(), n.BirthDate().Format(time.DateOnly), n.AddressCode(), n.ProvinceName())
	fmt.Println(n.Reveal())
	// Output:
	// 1****************X
	// resident female 1949-12-31 110105 北京市
	// 11010519491231002X
}

func ExampleParse_refused() {
	_, err := idcard.Parse("110105194912310020")
	fmt.Println(err)

	var refused *idcard.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Rule == idcard.RuleCheckDigit, refused.From, refused.To)
	}
	// Output:
	// idcard: check_digit: position 18 is wrong
	// true 18 18
}

func ExampleParseAt() {
	morning := time.Date(1949, 12, 30, 16, 0, 0, 0, time.UTC) // 31 December 00:00 in UTC+8

	n, err := idcard.ParseAt("11010519491231002X", morning)
	fmt.Println(n, err)

	_, err = idcard.ParseAt("11010519491231002X", morning.Add(-time.Second))
	fmt.Println(err)
	// Output:
	// 1****************X <nil>
	// idcard: birth_in_future: positions 7 to 14 are a birth date in the future
}

func ExampleNumber_Age() {
	n, err := idcard.Parse("11010519491231002X")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n.Age(time.Date(1967, 12, 30, 12, 0, 0, 0, time.UTC)))
	fmt.Println(n.Age(time.Date(1967, 12, 31, 12, 0, 0, 0, time.UTC)))
	// Output:
	// 17
	// 18
}

func ExampleNumber_LogValue() {
	n, err := idcard.Parse("11010519491231002X")
	if err != nil {
		fmt.Println(err)
		return
	}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	logger.Info("verified", "id", n)
	// Output: level=INFO msg=verified id=1****************X
}

func ExampleMask() {
	fmt.Println(idcard.Mask("11010519491231002X"))
	fmt.Println(idcard.Mask("110105194912310020")) // the check digit is wrong
	// Output:
	// 1****************X
	// ******************
}

func ExampleFoldName() {
	fmt.Println(idcard.FoldName("\u3000买买提•吐尔逊 "))
	fmt.Println(idcard.FoldName("J. Smith"))
	// Output:
	// 买买提·吐尔逊
	// J. Smith
}

func ExampleHasPrivateUse() {
	fmt.Println(idcard.HasPrivateUse("张三"))
	fmt.Println(idcard.HasPrivateUse("张\uE863"))
	// Output:
	// false
	// true
}
