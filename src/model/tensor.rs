//! Pictures to a graph's input, and a graph's output to a probability.

use super::resample::resample;
use super::{Activation, Descriptor, Layout, ModelError, Scale};
use crate::image::{Format, Plane, Primaries, Size, Taps, from_working, srgb_encode};

/// Range of an output below which it says nothing, and is not stretched.
const FLAT: f32 = 1e-3;

/// The values of a graph's input, in the descriptor's layout.
///
/// Working light becomes sRGB, clamped to 0 … 1; what is transparent counts as black. It is brought to the
/// graph's size with Lanczos-3 (antialiased, aspect not kept), clamped, scaled and normalised.
pub(super) fn input(photo: &Plane, descriptor: &Descriptor) -> Result<Vec<f32>, ModelError> {
    if photo.format() != Format::Rgba || photo.size().pixels() == 0 {
        return Err(ModelError::Picture(format!("{} of {}", photo.format(), photo.size())));
    }
    let size = descriptor.picture();
    let mut channels = srgb(photo).map(|c| resample(&c, photo.size(), size, Taps::lanczos3));
    channels.iter_mut().flatten().for_each(|v| *v = v.clamp(0.0, 1.0));
    let most = channels.iter().flatten().fold(0.0_f32, |m, v| m.max(*v));
    let scale = match descriptor.scale {
        Scale::Max if most > 0.0 => 1.0 / most,
        Scale::Max => 1.0,
        Scale::Code(code) => 255.0 / code,
    };
    for ((channel, mean), std) in channels.iter_mut().zip(descriptor.mean).zip(descriptor.std) {
        channel.iter_mut().for_each(|v| *v = (*v * scale - mean) / std);
    }
    let [red, green, blue] = channels;
    Ok(match descriptor.layout {
        Layout::Nchw => [red, green, blue].concat(),
        Layout::Nhwc => {
            let pixels = red.iter().zip(&green).zip(&blue);
            pixels.flat_map(|((r, g), b)| [*r, *g, *b]).collect()
        }
    })
}

/// sRGB values of a working plane, a vector a channel; what is not a number counts as black.
fn srgb(photo: &Plane) -> [Vec<f32>; 3] {
    let matrix = from_working(Primaries::SRGB);
    let width = photo.size().width as usize;
    let mut channels = [(); 3].map(|()| Vec::with_capacity(photo.size().pixels()));
    for line in photo.floats().chunks_exact(4 * width) {
        for x in 0..width {
            let light = [line[x], line[width + x], line[2 * width + x]];
            for (channel, row) in channels.iter_mut().zip(matrix) {
                let v: f32 = row.iter().zip(light).map(|(m, l)| m * l).sum();
                let v = if v.is_nan() { 0.0 } else { v.clamp(0.0, 1.0) };
                channel.push(srgb_encode(f64::from(v)) as f32);
            }
        }
    }
    channels
}

/// A graph's output as it came.
pub(super) struct Output {
    /// Length of each axis.
    pub(super) shape: Vec<usize>,
    /// The numbers.
    pub(super) values: Vec<f32>,
}

impl Output {
    /// The probability of product, on the grid that the graph gives.
    pub(super) fn probability(self, descriptor: &Descriptor) -> Result<(Size, Vec<f32>), ModelError> {
        if self.values.iter().any(|v| !v.is_finite()) {
            return Err(ModelError::Run("it gave values that are no numbers".into()));
        }
        let (size, channels) = self.axes(descriptor.layout)?;
        let pixels = size.pixels();
        let mut p = match descriptor.activation {
            Activation::Softmax(class) => {
                if class >= channels {
                    let what = format!("the output has {channels} channels, there is no class {class}");
                    return Err(ModelError::Mismatch(what));
                }
                let step = if descriptor.layout == Layout::Nchw { (1, pixels) } else { (channels, 1) };
                (0..pixels).map(|i| softmax(&self.values, i * step.0, step.1, channels, class)).collect()
            }
            _ if channels != 1 => {
                let what = format!(
                    "the output has {channels} channels: `activation` must be \"softmax:CLASS\", or `output` another"
                );
                return Err(ModelError::Mismatch(what));
            }
            Activation::Sigmoid => self.values.iter().map(|v| 1.0 / (1.0 + (-v).exp())).collect(),
            Activation::None => self.values,
        };
        if descriptor.stretch {
            stretch(&mut p);
        }
        p.iter_mut().for_each(|v| *v = v.clamp(0.0, 1.0));
        Ok((size, p))
    }

    /// Size and channels, of shapes with up to two leading ones and a channel axis or none.
    fn axes(&self, layout: Layout) -> Result<(Size, usize), ModelError> {
        let fail = || {
            let what = format!("output of shape {:?} is no matte of one picture", self.shape);
            Err(ModelError::Mismatch(what))
        };
        let (height, width, channels) = match (self.shape.as_slice(), layout) {
            ([h, w] | [1, h, w], _) => (*h, *w, 1),
            ([1, c, h, w], Layout::Nchw) | ([1, h, w, c], Layout::Nhwc) => (*h, *w, *c),
            _ => return fail(),
        };
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(w), Ok(h)) if height * width * channels > 0 => Ok((Size::new(w, h), channels)),
            _ => fail(),
        }
    }
}

/// Share of `class` among the channels that begin at `first` and lie `step` apart.
fn softmax(values: &[f32], first: usize, step: usize, channels: usize, class: usize) -> f32 {
    let at = |c: usize| values[first + c * step];
    let most = (0..channels).map(at).fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = (0..channels).map(|c| (at(c) - most).exp()).sum();
    (at(class) - most).exp() / sum
}

/// Spreads values over 0 … 1, unless they hardly differ.
fn stretch(values: &mut [f32]) {
    let least = values.iter().copied().fold(f32::INFINITY, f32::min);
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most - least > FLAT {
        values.iter_mut().for_each(|v| *v = (*v - least) / (most - least));
    }
}

/// A probability on the graph's grid as a plane of `size`: a triangle filter, which never overshoots.
pub(super) fn plane((from, values): &(Size, Vec<f32>), size: Size) -> Plane {
    let mut plane = Plane::zeros(size, Format::Gray);
    plane.floats_mut().copy_from_slice(&resample(values, *from, size, Taps::triangle));
    plane
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(text: &str) -> Descriptor {
        let Ok(descriptor) = Descriptor::parse(text) else { unreachable!("{text}") };
        descriptor
    }

    /// Grey 100/255 in sRGB, half light in each channel's own way.
    #[test]
    fn model_input_is_scaled_and_normalised_srgb_in_either_layout() {
        let codes = [200.0, 100.0, 50.0_f32];
        let light = crate::ops::working_from_srgb8([200, 100, 50]);
        let photo = Plane::rgba(Size::new(31, 17), |_, _| [light[0], light[1], light[2], 1.0]);
        for (scale, divisor) in [("255", 255.0), ("\"max\"", 200.0), ("256", 256.0)] {
            let text = format!("size = [20, 16]\nscale = {scale}\nmean = [0.1, 0.2, 0.3]\nstd = [1, 2, 4]");
            let want: Vec<f32> =
                (0..3).map(|c| (codes[c] / divisor - [0.1, 0.2, 0.3][c]) / [1.0, 2.0, 4.0][c]).collect();
            let found = input(&photo, &descriptor(&text)).unwrap_or_default();
            let channels = found.chunks_exact(320).zip(&want);
            assert!(channels.flat_map(|(c, w)| c.iter().map(move |v| v - w)).all(|d| d.abs() < 1e-5));
            let text = text + "\nlayout = \"nhwc\"";
            let mixed = input(&photo, &descriptor(&text)).unwrap_or_default();
            assert!(mixed.chunks_exact(3).all(|p| p.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-5)));
        }
    }

    #[test]
    fn model_input_keeps_a_picture_upright() {
        let photo =
            Plane::rgba(Size::new(40, 40), |x, y| [[0.0; 4], [1.0; 4]][usize::from(x < 20 && y < 10)]);
        let found = input(&photo, &descriptor("size = [20, 20]")).unwrap_or_default();
        let at = |x: usize, y: usize| found[y * 20 + x];
        assert!(at(5, 2) > 0.98 && at(15, 2) < 0.02 && at(5, 8) < 0.02 && at(15, 8) < 0.02);
    }

    #[test]
    fn model_output_becomes_the_share_of_a_class() {
        let logits = [0.3, -1.0, 2.0_f32, 0.5, 0.25, -2.0];
        let naive = |pixel: [f32; 3], k: usize| {
            let e = pixel.map(f32::exp);
            e[k] / e.iter().sum::<f32>()
        };
        let softmax = "size = [16, 16]\nactivation = \"softmax:2\"";
        let planar = Output { shape: vec![1, 3, 1, 2], values: logits.to_vec() };
        let Ok((size, p)) = planar.probability(&descriptor(softmax)) else { unreachable!() };
        assert_eq!(size, Size::new(2, 1));
        for (i, p) in p.iter().enumerate() {
            assert!((p - naive([logits[i], logits[2 + i], logits[4 + i]], 2)).abs() < 1e-6);
        }
        let mixed = Output { shape: vec![1, 1, 2, 3], values: logits.to_vec() };
        let text = format!("{softmax}\nlayout = \"nhwc\"");
        let Ok((_, p)) = mixed.probability(&descriptor(&text)) else { unreachable!() };
        assert!((p[1] - naive([0.5, 0.25, -2.0], 2)).abs() < 1e-6);
    }

    #[test]
    fn model_output_is_stretched_and_clamped_as_told() {
        let values = vec![0.2, 0.6, 1.0, 0.4];
        let run = |text: &str, values: &[f32]| {
            let output = Output { shape: vec![1, 1, 2, 2], values: values.to_vec() };
            output.probability(&descriptor(text)).map_or_else(|_| Vec::new(), |(_, p)| p)
        };
        let stretched = run("size = [16, 16]\nstretch = true", &values);
        assert!(stretched.iter().zip([0.0, 0.5, 1.0, 0.25]).all(|(a, b)| (a - b).abs() < 1e-6));
        assert_eq!(run("size = [16, 16]\nstretch = true", &[0.3; 4]), vec![0.3; 4]);
        assert_eq!(run("size = [16, 16]", &[-1.0, 0.5, 2.0, 0.0]), vec![0.0, 0.5, 1.0, 0.0]);
        let sigmoid = run("size = [16, 16]\nactivation = \"sigmoid\"", &[0.0, 3.0, -3.0, 100.0]);
        assert!(sigmoid.iter().zip([0.5, 0.952_574_1, 0.047_425_9, 1.0]).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn model_output_that_is_no_matte_is_refused() {
        let plain = descriptor("size = [16, 16]");
        for (shape, values) in [
            (vec![1, 2, 2, 2], vec![0.0; 8]),
            (vec![2, 1, 2, 2], vec![0.0; 8]),
            (vec![8], vec![0.0; 8]),
            (vec![1, 1, 0, 8], vec![]),
            (vec![1, 1, 1, 1], vec![f32::NAN]),
        ] {
            assert!(Output { shape, values }.probability(&plain).is_err());
        }
        let other = descriptor("size = [16, 16]\nactivation = \"softmax:2\"");
        assert!(Output { shape: vec![1, 2, 1, 1], values: vec![0.0; 2] }.probability(&other).is_err());
    }
}
