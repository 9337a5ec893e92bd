// Package photo makes pictures fit what a vendor takes: upright, scaled down,
// encoded again, and without what a camera wrote about time and place.
//
// A phone's picture has 12 megapixels, lies on its side with a note (EXIF) of how to
// turn it, and is refused by one vendor as too large while the next finds no face
// in it. One line mends that for every vendor by its own limits:
//
//	client, err := idverify.New(photo.Fitted(oneVendor, another))
//
// JPEG (baseline and progressive; gray, YCbCr, RGB and CMYK), PNG, GIF (its first
// frame), WebP and BMP are read. What is made is a JPEG of quality 95, or of the
// highest quality below it that fits. A JPEG or PNG that fits already keeps its
// pixels as they are, and loses its metadata only. Nothing is ever enlarged, and a
// picture below a vendor's floor is CodePoorPhoto. Colour profiles are dropped and
// not applied; what is transparent becomes white.
//
// HEIC and AVIF are not read: have the phone or the page convert them.
// docs/photos.md says how.
//
// # Memory
//
// A picture at work takes its file, 1.5 bytes for each pixel of a common (4:2:0)
// JPEG, 8 of a progressive one, 4 of a PNG, or 8 where that has 16 bits, and some
// megabytes besides. [Config] bounds the pixels of a picture, which are known before
// it is decoded, and the number of pictures at work at a time.
package photo
