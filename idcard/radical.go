package idcard

// kangxi are the characters of the Kangxi radicals U+2F00 to U+2FD5, in their order. A radical looks the same; text out of
// PDF files and pictures has it in the character's place.
var kangxi = []rune("" +
	"一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢" +
	"尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火" +
	"爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿" +
	"肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹" +
	"雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠")

const firstKangxi = '\u2F00'

// unradical returns the character that a radical stands for: one of [kangxi], and the two of the radicals supplement that
// Unicode calls the same. The others there are parts of characters, such as the three dots of water, and stay.
func unradical(r rune) rune {
	switch i := r - firstKangxi; {
	case 0 <= i && int(i) < len(kangxi):
		return kangxi[i]
	case r == '\u2E9F':
		return '母'
	case r == '\u2EF3':
		return '龟'
	default:
		return r
	}
}

func isRadical(r rune) bool {
	return '\u2E80' <= r && r <= '\u2EF3' && r != '\u2E9A' || firstKangxi <= r && r <= '\u2FD5'
}
