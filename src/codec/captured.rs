//! When a photograph was taken, by its EXIF: the shutter's time alone. A date of editing or of the file is
//! another thing and is not taken for it.

use std::io::Cursor;

use ::exif::{DateTime, Exif, In, Reader, Tag, Value};

/// Seconds since 1970 at which the shutter opened: `DateTimeOriginal` with `SubSecTimeOriginal`, and with
/// `OffsetTimeOriginal` or `OffsetTime` where the camera knew its time zone; else the camera's own clock, which
/// serves to compare shots of one camera. `None` where the file does not say or says nonsense.
#[must_use]
pub fn captured(bytes: &[u8]) -> Option<f64> {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_from_container(&mut Cursor::new(bytes));
    let exif = read.or_else(|e| e.distill_partial_result(|_| {})).ok()?;
    let mut time = DateTime::from_ascii(ascii(&exif, Tag::DateTimeOriginal)?).ok()?;
    // What is broken beside a good date says nothing.
    if let Some(text) = ascii(&exif, Tag::SubSecTimeOriginal) {
        let _ = time.parse_subsec(text);
    }
    if let Some(text) = ascii(&exif, Tag::OffsetTimeOriginal).or_else(|| ascii(&exif, Tag::OffsetTime)) {
        let _ = time.parse_offset(text);
    }
    seconds(&time)
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn seconds(t: &DateTime) -> Option<f64> {
    let sane = (1..=12).contains(&t.month)
        && (1..=31).contains(&t.day)
        && t.hour < 24
        && t.minute < 60
        && t.second < 61
        && t.year > 0;
    let clock = 3600 * i64::from(t.hour) + 60 * i64::from(t.minute) + i64::from(t.second);
    let zone = 60 * i64::from(t.offset.unwrap_or(0));
    let whole = 86_400 * days(i64::from(t.year), i64::from(t.month), i64::from(t.day)) + clock - zone;
    sane.then(|| whole as f64 + 1e-9 * f64::from(t.nanosecond.unwrap_or(0)))
}

/// Days since 1970-01-01 in the Gregorian calendar: whole years, months and days before, the year beginning in
/// March so that the leap day ends it.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year / 4 - year / 100 + year / 400;
    // Months from March have 31, 30, 31, 30, 31 days, and again: 153 in five.
    365 * year + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A big-endian TIFF that holds ASCII tags in an EXIF directory and nothing else.
    fn tiff(tags: &[(u16, &str)]) -> Vec<u8> {
        let entry = |tag: u16, kind: u16, count: u32, value: u32| {
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
        };
        let mut bytes = b"MM\0\x2a\0\0\0\x08\0\x01".to_vec();
        bytes.extend(entry(0x8769, 4, 1, 26));
        bytes.extend([0; 4]);
        bytes.extend((tags.len() as u16).to_be_bytes());
        let mut data = Vec::new();
        let start = 26 + 2 + 12 * tags.len() + 4;
        for (tag, text) in tags {
            let mut text = [text.as_bytes(), &[0]].concat();
            let count = text.len() as u32;
            if text.len() <= 4 {
                text.resize(4, 0);
                let value = u32::from_be_bytes([text[0], text[1], text[2], text[3]]);
                bytes.extend(entry(*tag, 2, count, value));
            } else {
                bytes.extend(entry(*tag, 2, count, (start + data.len()) as u32));
                data.extend(text);
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(data);
        bytes
    }

    /// Seconds by `date -u -d … +%s`.
    #[test]
    fn the_shutter_s_time_is_read() {
        let date = (0x9003, "2024:02:29 23:59:58");
        assert_eq!(captured(&tiff(&[date])), Some(1_709_251_198.0));
        let full = [date, (0x9011, "+02:00"), (0x9291, "250")];
        assert_eq!(captured(&tiff(&full)), Some(1_709_251_198.25 - 7200.0));
        assert_eq!(captured(&tiff(&[date, (0x9010, "-05:30")])), Some(1_709_251_198.0 + 19_800.0));
        assert_eq!(captured(&tiff(&[date, (0x9010, "nowhere"), (0x9291, "x")])), Some(1_709_251_198.0));
        assert_eq!(captured(&tiff(&[(0x9003, "1970:01:01 00:00:00")])), Some(0.0));
        assert_eq!(captured(&tiff(&[(0x9003, "2000:12:31 12:00:00")])), Some(978_264_000.0));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["0000:00:00 00:00:00", "2024:13:01 00:00:00", "    :  :     :  :  ", "yesterday", ""] {
            assert_eq!(captured(&tiff(&[(0x9003, text)])), None, "{text}");
        }
        let edited = tiff(&[(0x9004, "2024:02:29 23:59:58")]);
        assert_eq!(captured(&edited), None);
        for bytes in [&edited[..30], b"", b"\xff\xd8\xff\xe1"] {
            assert_eq!(captured(bytes), None);
        }
    }
}
