// Package idverifytest stands in for the vendors, so that a service that
// verifies people can be tested offline and free of charge.
//
// It serves real HTTP, checks every request as strictly as the vendors'
// documents say, and answers in the vendors' own shapes and codes. It shares
// no code with the packages that speak to the vendors, so that a mistake there
// cannot hide here. A test in ten lines:
//
//	srv := idverifytest.Start(t)
//	lf, err := linkface.New(linkface.Config{
//		HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.Linkface)},
//		APIID:   idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
//	})
//	p := idverifytest.FaceMismatch()
//	res, err := lf.Verify(ctx, &idverify.Request{
//		Name: p.Name, IDNumber: p.IDNumber,
//		Evidence: []idverify.Evidence{linkface.Capture(idverify.Bytes(idverifytest.Capture()))},
//	})
//	// res.Code is idverify.CodeFaceMismatch, and srv.Bill().Total() is 1.
//
// # Persons
//
// The name and the ID number choose the outcome, never the picture: see
// [Persons]. The same [Person] has the same outcome at every vendor that has
// words for it; a number that is nobody's is answered as [Person] says.
// [Server.SetScores] gives [Match] other scores, and
// [Server.Script] gives any answer at all.
//
// # Faults
//
// [Server.Inject] puts faults in front of a vendor:
//
//	srv.Inject(idverifytest.Linkface, idverifytest.ResetAfterBody())      // the next call
//	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited().Times(3)) // the next three
//	srv.Inject(idverifytest.BaiduToken, idverifytest.Hang().Always())     // until Clear
//	srv.Inject(idverifytest.BaiduV4, idverifytest.VendorError("222361"))  // any error of the vendor's own
//
// # What was asked and what it would have cost
//
// [Server.Bill] lists what would have been charged for, [Server.Calls] and
// [Server.TokenFetches] count, and [Server.Exchanges] tells the shape of every
// request: names and sizes, no values. The server keeps no name, number or
// picture beyond the exchange, and writes no log.
//
// # Limits
//
// A stand-in that a team shares must survive what arrives. Whatever that is, the
// stand-in takes at most 64 MiB of memory: pictures and captures are looked at
// while they arrive and not kept. What is above these limits gets the vendor's
// own error for a request that is malformed, and a body its error for one that is
// too large, where it has one.
//
//	headers                      100
//	parameters of a query         64
//	fields of a form              64; a name has 128 bytes, the head of a part 2 KiB
//	members and items of JSON     64 in all, on 16 levels; a name has 128 bytes
//	a text                      8 KiB are kept, and a longer one fits no rule
//	all texts                  64 KiB are kept
//	a body                     what the vendor takes, and 65 MiB at the most
//
// [Server.Exchanges] and [Bill] say what they keep. All requests that are being
// read share 16 MiB; one that does not get its part within 10 s is told that
// there are too many calls. [Start] and [Server.Serve] also bound connections,
// heads and time; a server of yours in which [New] is mounted has its own limits
// there.
//
// # What the documents leave open
//
// Where they are silent or contradict each other, the stand-in does this, and
// no client should rely on it. For all vendors:
//
//   - A name is 1 to 128 characters: letters of any script with their marks, 〇
//     and its like, private use characters, the dots · • ‧ ・ . and ' ’ - and
//     single spaces inside. A lower-case x in a number is malformed.
//   - A field given twice, or a second file, is refused, in the vendor's words for
//     a request that is not valid.
//   - Requests are looked at in an order of our own: signature or key, form, name and
//     number, picture, person. Whoever every vendor refuses before it looks, such as
//     the [Person] for rate_limited, is refused before the picture.
//   - A path may lack the stand-in's prefix, as in "/face/idcardcompare": some of
//     the vendors' own kits can be told a host and no path.
//   - A request that breaks off is a malformed one, whatever of it can be read.
//   - What a failed call costs is told at [Bill].
//
// What holds for one vendor stands at its name, such as [Linkface].
package idverifytest
