//! Open matting models that need no descriptor, by hash or by name.
//!
//! Values are those of the models' own inference code and of rembg, which most of the files come from.
//! The list says nothing about quality, and holds no weights.

use super::{Activation, Descriptor, Layout, Scale};

/// A model that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Names of its files, without `.onnx`, in lower case.
    pub names: &'static [&'static str],
    /// SHA-256 of its files, in lower-case hex.
    pub sha256: &'static [&'static str],
    /// What it takes and gives.
    pub descriptor: Descriptor,
    /// Its licence and what else a user must know.
    pub note: &'static str,
}

/// Mean and standard deviation of ImageNet.
const IMAGENET: ([f32; 3], [f32; 3]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
/// A shift alone.
const CENTRED: ([f32; 3], [f32; 3]) = ([0.5; 3], [1.0; 3]);
/// To −1 … 1.
const SIGNED: ([f32; 3], [f32; 3]) = ([0.5; 3], [0.5; 3]);

const fn square(side: u32, (mean, std): ([f32; 3], [f32; 3]), stretch: bool) -> Descriptor {
    Descriptor {
        size: [side, side],
        layout: Layout::Nchw,
        scale: Scale::Max,
        mean,
        std,
        output: 0,
        activation: Activation::None,
        stretch,
    }
}

const U2NET: Descriptor = square(320, IMAGENET, true);

/// The list.
static MODELS: &[Known] = &[
    Known {
        names: &["u2netp"],
        sha256: &["309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"],
        descriptor: U2NET,
        note: "U²-Net small, Apache-2.0",
    },
    Known {
        names: &["u2net"],
        sha256: &["8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491"],
        descriptor: U2NET,
        note: "U²-Net, Apache-2.0",
    },
    Known { names: &["silueta"], sha256: &[], descriptor: U2NET, note: "U²-Net pruned, Apache-2.0" },
    Known {
        names: &["u2net_human_seg"],
        sha256: &[],
        descriptor: U2NET,
        note: "U²-Net for people, Apache-2.0",
    },
    Known {
        names: &["isnet-general-use", "isnet"],
        sha256: &[],
        descriptor: square(1024, CENTRED, true),
        note: "IS-Net (DIS), Apache-2.0",
    },
    Known {
        names: &[
            "birefnet-general",
            "birefnet-general-lite",
            "birefnet-portrait",
            "birefnet-dis",
            "birefnet-hrsod",
            "birefnet-massive",
        ],
        sha256: &[],
        descriptor: Descriptor { activation: Activation::Sigmoid, ..square(1024, IMAGENET, true) },
        note: "BiRefNet, MIT",
    },
    Known {
        names: &["modnet", "modnet-photographic", "modnet_photographic_portrait_matting"],
        sha256: &[],
        descriptor: Descriptor { scale: Scale::Code(255.0), ..square(512, SIGNED, false) },
        note: "MODNet for people, Apache-2.0",
    },
    Known {
        names: &["bria-rmbg", "bria-rmbg-2.0"],
        sha256: &["5b486f08200f513f460da46dd701db5fbb47d79b4be4b708a19444bcd4e79958"],
        descriptor: square(1024, IMAGENET, true),
        note: "BRIA RMBG 2.0: NOT for commercial use without an agreement with BRIA",
    },
];

/// The known model with this SHA-256 (lower-case hex), else with this file name; folders and `.onnx` may
/// stand in the name.
#[must_use]
pub fn known(sha256: &str, name: &str) -> Option<&'static Known> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let stem = file.strip_suffix(".onnx").unwrap_or(&file);
    let by_hash = MODELS.iter().find(|k| k.sha256.contains(&sha256));
    by_hash.or_else(|| MODELS.iter().find(|k| k.names.contains(&stem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_model_descriptors_are_valid_and_told_apart() {
        let mut names: Vec<&str> = MODELS.iter().flat_map(|k| k.names).copied().collect();
        for model in MODELS {
            assert!(model.descriptor.validate().is_ok(), "{:?}", model.names);
            assert!(model.names.iter().all(|n| known("", n) == Some(model)));
            assert!(model.sha256.iter().all(|h| h.len() == 64 && known(h, "x.onnx") == Some(model)));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), MODELS.iter().map(|k| k.names.len()).sum::<usize>());
    }

    #[test]
    fn a_model_is_known_by_its_file_name_whatever_its_folder_and_case() {
        let u2netp = known("", "u2netp");
        assert_eq!(known("", "models/U2NetP.onnx"), u2netp);
        assert_eq!(known("", r"C:\models\u2netp.ONNX"), u2netp);
        assert_ne!(known("", "u2net.onnx"), u2netp);
        assert_eq!(known("", "u2netp-quantised.onnx"), None);
        assert!(known("", "bria-rmbg.onnx").is_some_and(|k| k.note.contains("NOT for commercial use")));
    }

    #[test]
    fn the_hash_of_a_model_outweighs_its_name() {
        let hash = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8";
        assert_eq!(known(hash, "modnet.onnx"), known("", "u2netp.onnx"));
    }
}
