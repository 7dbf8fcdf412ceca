//! Which format a file is, by its first bytes. Never looks at a name, never decodes.

use std::fmt;

use super::CodecError;

/// A file format that is read or written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileFormat {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF, classic or big.
    Tiff,
    /// WebP.
    Webp,
    /// AVIF; written only.
    Avif,
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Tiff => "TIFF",
            Self::Webp => "WebP",
            Self::Avif => "AVIF",
        })
    }
}

impl FileFormat {
    /// The format of a file that starts with these bytes.
    ///
    /// # Errors
    /// [`CodecError::Empty`], or [`CodecError::Unknown`] naming what the file seems to be.
    pub fn of(bytes: &[u8]) -> Result<Self, CodecError> {
        match bytes {
            [] => Err(CodecError::Empty),
            [0xFF, 0xD8, 0xFF, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(Self::Png),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok(Self::Tiff),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::Webp),
            _ => Err(CodecError::Unknown(stranger(bytes))),
        }
    }
}

/// What a file is that is not read here, for the error message.
fn stranger(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'G', b'I', b'F', b'8', ..] => "a GIF, which is not read",
        [b'B', b'M', ..] => "a BMP, which is not read",
        [b'8', b'B', b'P', b'S', ..] => "a Photoshop document, which is not read",
        [b'%', b'P', b'D', b'F', ..] => "a PDF, which is not read",
        [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => "a JPEG XL, which is not read",
        [0, 0, 0, 0x0C, b'j', b'P', ..] => "a JPEG 2000, which is not read",
        [b'F', b'U', b'J', b'I', b'F', b'I', b'L', b'M', ..] | [b'I', b'I', b'U', 0, ..] => {
            "a camera raw file, which is not read"
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand {
            [b'a', b'v', b'i', b'f' | b's', ..] => "an AVIF, which is written but not read",
            [b'h', b'e', ..] | [b'm', b'i', b'f', b'1', ..] => "a HEIC, which is not read",
            [b'c', b'r', b'x', ..] => "a camera raw file, which is not read",
            _ => "a film or an unknown container",
        },
        [b'<', ..] | [0xEF, 0xBB, 0xBF, b'<', ..] => "text or a web page, not a picture",
        _ if bytes.iter().take(64).all(|&b| b == 0) => "all zeros, not a picture",
        _ => "no picture format that is known here",
    }
}
