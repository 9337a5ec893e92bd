// Package photo makes pictures fit a vendor's limits: upright, scaled down,
// re-encoded, and without the metadata that a camera wrote about time and place.
//
// A phone's picture has 12 megapixels and is stored rotated, with an EXIF note how
// to turn it. One vendor refuses it as too large, and the next finds no face in it.
// One line solves that for every vendor, each with its own limits:
//
//	client, err := idverify.New(photo.Fitted(oneVendor, another))
//
// JPEG (baseline and progressive; gray, YCbCr, RGB and CMYK), PNG, GIF (its first
// frame), WebP and BMP are read. The output is a JPEG of quality 95, or of the
// highest lower quality that fits. A JPEG or PNG that already fits keeps its pixels
// unchanged and loses only its metadata. Nothing is ever enlarged; a picture below a
// vendor's minimum is CodePoorPhoto. Colour profiles are dropped, not applied;
// transparent areas become white.
//
// HEIC and AVIF are not supported: let the phone or the web page convert them.
// docs/photos.md says how.
//
// # Memory
//
// Processing a picture takes memory for its file, plus 1.5 bytes per pixel for a
// common (4:2:0) JPEG, 8 for a progressive one, 4 for a PNG or 8 for a 16-bit one,
// plus some megabytes. [Config] limits the pixels of a picture, which are known
// before it is decoded, and the number of pictures processed at a time.
package photo
