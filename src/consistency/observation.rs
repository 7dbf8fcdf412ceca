//! What a shot tells about its light. Holds measurements and says which are of use; takes none.

use serde::{Deserialize, Serialize};

/// Where a channel is too dark to have a logarithm worth the name.
const DARK: f64 = 1e-4;
/// Beyond it a channel is no photograph's.
const BRIGHT: f64 = 1e4;
/// The share of blown pixels beyond which a colour is not known.
const BLOWN: f64 = 0.02;

/// A colour measured over an area, in linear working light.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Mean or median, R, G, B.
    pub rgb: [f64; 3],
    /// Standard deviation of its pixels, R, G, B; 0 where it is not known.
    pub sigma: [f64; 3],
    /// How many pixels; 0 where it is not known.
    pub pixels: u64,
    /// The share of its pixels at the file's ceiling, 0 to 1.
    pub clipped: f64,
}

/// A product's colour in a shot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Product {
    /// What has the same colour in other shots: SKU and colourway, and the side where sides differ. Empty
    /// where it is not known: such a product is compared with none.
    pub key: String,
    /// The median over the product.
    pub reading: Reading,
}

/// One shot of a set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Observation {
    /// Its name, for reports.
    pub name: String,
    /// When it was taken, in seconds from any start.
    pub time: Option<f64>,
    /// Whether the set's colours were calibrated by this shot: its light is the one to keep.
    pub chart: bool,
    /// The backdrop, best where it shows in every shot: what a product hides of an uneven backdrop changes
    /// its mean.
    pub backdrop: Option<Reading>,
    /// The product.
    pub product: Option<Product>,
    /// A grey card or patch, the same one wherever it is seen.
    pub grey: Option<Reading>,
}

impl Reading {
    /// Whether too many of its pixels are blown.
    pub(super) fn is_blown(&self) -> bool {
        self.clipped > BLOWN
    }

    /// Logarithms of R, G, B and the variance of each that comes from pixel noise; `None` where one is dark,
    /// blown or no number.
    pub(super) fn logs(&self) -> Option<([f64; 3], [f64; 3])> {
        let usable = self.rgb.iter().all(|v| (DARK..=BRIGHT).contains(v));
        if !usable || self.is_blown() {
            return None;
        }
        // Neighbouring pixels share light and texture: more of them tell no more.
        let count = (self.pixels as f64).clamp(1.0, 1000.0);
        let mut variance = [0.0; 3];
        for ((v, sigma), mean) in variance.iter_mut().zip(self.sigma).zip(self.rgb) {
            let relative = sigma / mean;
            *v = if relative.is_finite() { (relative * relative / count).min(1.0) } else { 0.0 };
        }
        Some((self.rgb.map(f64::ln), variance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_not() {
        let good = Reading { rgb: [0.5, 0.4, 0.3], sigma: [0.05; 3], pixels: 100, clipped: 0.0 };
        assert!(good.logs().is_some());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9] {
            assert_eq!(Reading { rgb: [0.5, bad, 0.3], ..good.clone() }.logs(), None, "{bad}");
        }
        assert_eq!(Reading { clipped: 0.1, ..good.clone() }.logs(), None);
        let wild = Reading { sigma: [f64::NAN, f64::INFINITY, 1e300], ..good };
        assert_eq!(wild.logs().map(|(_, v)| v), Some([0.0, 0.0, 1.0]));
    }

    #[test]
    fn noise_of_the_logarithm_is_the_relative_noise_of_the_mean() {
        let reading = Reading { rgb: [0.5, 0.4, 0.2], sigma: [0.05, 0.04, 0.04], pixels: 100, clipped: 0.0 };
        let (_, variance) = reading.logs().unwrap_or_default();
        assert!((variance[0].sqrt() - 0.01).abs() < 1e-12 && (variance[2].sqrt() - 0.02).abs() < 1e-12);
    }
}
