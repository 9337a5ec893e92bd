package baiduv4_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// The app belongs to the capture: with another one it is another question.
func TestCapture_AppIsContent(t *testing.T) {
	shown := func(ev idverify.ContentEvidence) (parts []string) {
		ev.EvidenceContent(func(text string) { parts = append(parts, text) },
			func(m idverify.Media) idverify.Media { parts = append(parts, "media"); return m })
		return parts
	}
	image := idverify.Bytes([]byte("image"))
	for _, app := range []baiduv4.App{baiduv4.AppIOS, baiduv4.AppAndroid} {
		assert.Equal(t, []string{string(app), "media"}, shown(baiduv4.PlainCapture{App: app, Image: image}))
		assert.Equal(t, []string{string(app), "key", "device", "data"},
			shown(baiduv4.SealedCapture{App: app, SKey: "key", DeviceID: "device", Data: "data"}))
		assert.Equal(t, []string{string(app), "key", "device", "media"},
			shown(baiduv4.SealedCapture{App: app, SKey: "key", DeviceID: "device", DataFrom: image}))
	}
}
