//! A walk over the markers of a JPEG: what kind it is, and whether it is complete.
//!
//! Decoders make up what is missing from a truncated file in grey. A file that has no end-of-image mark
//! after its last scan is truncated, whatever the decoder says. Decodes nothing.

/// What the markers say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Markers {
    /// Whether the end-of-image mark was reached.
    pub(super) complete: bool,
    /// The colour transform of an Adobe segment.
    pub(super) adobe: Option<u8>,
    /// Number of components.
    pub(super) components: u8,
    /// Whether colour is stored with fewer samples than lightness.
    pub(super) subsampled: bool,
    /// Whether the lightness comes in several passes.
    pub(super) progressive: bool,
}

impl Markers {
    /// Walks from the start of the file: to its first scan where the file ends as it should, else through
    /// all scans, for the end mark may be followed by anything.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut found = Self { complete: bytes.ends_with(&[0xFF, 0xD9]), ..Self::default() };
        let mut rest = bytes.get(2..).unwrap_or_default();
        while let Some((marker, after)) = next_marker(rest) {
            match marker {
                0xD9 => {
                    found.complete = true;
                    break;
                }
                0xDA if found.complete => break,
                // Marks without a segment.
                0x01 | 0xD0..=0xD8 => rest = after,
                _ => {
                    let [high, low, ..] = *after else { break };
                    let length = usize::from(u16::from_be_bytes([high, low]));
                    let Some(segment) = after.get(2..length) else { break };
                    found.note(marker, segment);
                    rest = &after[length..];
                }
            }
        }
        found
    }

    fn note(&mut self, marker: u8, segment: &[u8]) {
        match (marker, segment) {
            (0xEE, [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                self.adobe = Some(*transform);
            }
            (0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF, [_, _, _, _, _, count, parts @ ..]) => {
                self.components = *count;
                self.progressive = marker == 0xC2;
                let first = parts.get(1);
                self.subsampled = parts.chunks_exact(3).any(|part| part.get(1) != first);
            }
            _ => {}
        }
    }
}

/// The next marker and what follows it; coded data on the way is skipped.
fn next_marker(mut bytes: &[u8]) -> Option<(u8, &[u8])> {
    loop {
        let at = bytes.iter().position(|&b| b == 0xFF)?;
        bytes = &bytes[at + 1..];
        match *bytes.first()? {
            // A stuffed zero is data, a further 0xFF is filling.
            0 | 0xFF => {}
            marker => return Some((marker, &bytes[1..])),
        }
    }
}
