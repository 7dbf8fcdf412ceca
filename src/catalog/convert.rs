//! From a channel's words to what the engine and the codecs take.

use crate::codec::{self, PngEffort};
use crate::ops::Layer;
use crate::ops::place::Placing;
use crate::recipe::Wanted;
use crate::recipe::channel::{Background, Channel, FileFormat, Frame, OutputSpec, Subsampling};

/// What the engine is to make for an output.
#[must_use]
pub fn wanted(channel: &Channel, output: &OutputSpec) -> Wanted {
    let background = match output.background {
        Background::White => Some([255; 3]),
        Background::Colour(codes) => Some(codes),
        Background::Transparent => None,
    };
    let placing = match output.frame {
        Frame::Source => Placing::Source,
        Frame::Fixed(size) => Placing::Fixed { size, room: output.room() },
        Frame::LongSide(pixels) => Placing::LongSide { pixels, room: output.room() },
    };
    Wanted {
        space: None,
        name: format!("{}/{}", channel.name, output.name),
        placing,
        sixteen_bits: output.file.bits == 16,
        transparent: background.is_none(),
        background: background.unwrap_or([255; 3]),
        layer: Layer::Picture,
    }
}

/// The codec's settings of an output, at a quality.
#[must_use]
pub(super) fn file(output: &OutputSpec, quality: Option<u8>) -> codec::Output {
    let kind = &output.file;
    let (bits, alpha) = (kind.bits, kind.alpha);
    let best = quality.unwrap_or(90);
    match kind.format {
        FileFormat::Png => codec::Output::Png { bits, alpha, effort: PngEffort::Fast },
        FileFormat::Tiff => codec::Output::Tiff { bits, alpha },
        FileFormat::Webp => codec::Output::Webp { quality, alpha },
        FileFormat::Avif => codec::Output::Avif { quality: best, alpha },
        _ => codec::Output::Jpeg {
            quality: best,
            subsampling: match kind.subsampling {
                Subsampling::Half => codec::Subsampling::S420,
                _ => codec::Subsampling::S444,
            },
        },
    }
}
