//! Names that are safe to write. SKUs come from strangers' file names and spreadsheets; what they say must
//! never choose a folder, hide a file, reach a device or grow past what file systems take. The same text
//! always gives the same name. Claims nothing and touches no file.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;

/// Bytes that a part of a file name may have; two parts, a suffix and an extension stay below 255.
const MAX_BYTES: usize = 100;

/// Text for a path in messages and reports: bytes that are no UTF-8 stand as `%XX`.
#[must_use]
pub fn path_text(path: &Path) -> String {
    os_text(path.as_os_str()).0
}

/// Text for a piece of a path, and whether bytes had to be written as `%XX`.
pub(super) fn os_text(raw: &OsStr) -> (String, bool) {
    let mut text = String::new();
    let mut lossy = false;
    for chunk in raw.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        lossy |= !chunk.invalid().is_empty();
        encode(&mut text, chunk.invalid());
    }
    (text, lossy)
}

/// A SKU or a view as part of a file name, on any file system. What could do harm becomes `%XX`, long text is
/// cut and marked with its hash; `None` where nothing is left.
#[must_use]
pub fn safe_part(raw: &str) -> Option<String> {
    let trimmed = raw.trim();
    let last = trimmed.char_indices().next_back()?.0;
    let mut name = String::new();
    let mut utf8 = [0; 4];
    let reserved = is_reserved(trimmed);
    for (i, c) in trimmed.char_indices() {
        let edge = (i == 0 && (reserved || matches!(c, '.' | '-'))) || (i == last && c == '.');
        if edge || is_hostile(c) {
            encode(&mut name, c.encode_utf8(&mut utf8).as_bytes());
        } else {
            name.push(c);
        }
    }
    if name.len() > MAX_BYTES {
        let hash = blake3::hash(trimmed.as_bytes()).to_hex();
        name.truncate(name.floor_char_boundary(MAX_BYTES - 17));
        name = format!("{name}~{}", &hash[..16]);
    }
    Some(name)
}

fn encode(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "%{byte:02X}");
    }
}

/// Separators, wildcards, quotes, controls, and characters that are invisible or turn text around.
fn is_hostile(c: char) -> bool {
    let invisible =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || invisible || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

/// Whether Windows would open a device instead of a file.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    let port = |prefix| {
        let number = stem.strip_prefix(prefix).map(|n| n.chars().collect::<Vec<_>>());
        matches!(number.as_deref(), Some(['1'..='9' | '¹' | '²' | '³']))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || port("COM")
        || port("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_safe_ones() {
        let cases = [
            ("SHIRT-01", "SHIRT-01"),
            ("  A 1  ", "A 1"),
            ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
            ("..", "%2E%2E"),
            (".hidden", "%2Ehidden"),
            ("-rf", "%2Drf"),
            ("a.", "a%2E"),
            ("C:\\x", "C%3A\\x"),
            ("a\0b\n", "a%00b"),
            ("con", "%63on"),
            ("NUL.txt", "%4EUL.txt"),
            ("COM1", "%43OM1"),
            ("COM10", "COM10"),
            ("console", "console"),
            ("a\u{202e}gpj", "a%E2%80%AEgpj"),
            ("Größe", "Größe"),
        ];
        for (raw, safe) in cases {
            let safe = safe.replace('\\', "%5C");
            assert_eq!(safe_part(raw).as_deref(), Some(safe.as_str()), "{raw:?}");
            assert_eq!(safe_part(&safe).as_deref(), Some(safe.as_str()), "safe names stay");
        }
        assert_eq!(safe_part(""), None);
        assert_eq!(safe_part(" \t\n"), None);
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (a, b) = ("é".repeat(300), format!("{}x", "é".repeat(300)));
        let (a, b) = (safe_part(&a).unwrap_or_default(), safe_part(&b).unwrap_or_default());
        assert!(a.len() <= MAX_BYTES && b.len() <= MAX_BYTES && !a.is_empty());
        assert_ne!(a, b);
        assert_eq!(safe_part(&a).as_deref(), Some(a.as_str()));
        let controls = safe_part(&"\u{1}".repeat(90)).unwrap_or_default();
        assert!(controls.len() <= MAX_BYTES, "length counts after encoding");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_written_out() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(os_text(OsStr::from_bytes(b"a\xffb\xc3")), ("a%FFb%C3".into(), true));
        assert_eq!(os_text(OsStr::new("é")), ("é".into(), false));
    }
}
