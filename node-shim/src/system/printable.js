// Text on one line that cannot drive a terminal or look like other text than it is.

/**
 * Bidirectional controls and characters without a width (Unicode TR 36 section 3,
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing).
 */
const INVISIBLE =
  /[\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}]/gu;

export const printable = (text) =>
  text
    .replace(/ ?[\r\n\t]+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .replace(INVISIBLE, '');
