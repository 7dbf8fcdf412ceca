//! The files that a run will write, named before a pixel moves, so that two items never write one file.
//! Names only; whether a file exists is asked when it is written.

use std::collections::HashMap;
use std::path::PathBuf;

use super::{Item, Problem};
use crate::recipe::channel::Channel;

/// How outputs lie in the output folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Layout {
    /// All in one folder.
    #[default]
    Flat,
    /// One folder a channel.
    ByChannel,
}

/// One file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputName {
    /// Index into the items.
    pub item: usize,
    /// Index into the channels.
    pub channel: usize,
    /// Index into the channel's outputs.
    pub output: usize,
    /// The file, relative to the output folder.
    pub path: PathBuf,
}

/// Names every output of every item. Where two would be one file, the later is left out and is a problem.
#[must_use]
pub fn output_names(
    items: &[Item],
    channels: &[&Channel],
    layout: Layout,
) -> (Vec<OutputName>, Vec<Problem>) {
    let mut owners: HashMap<String, String> = HashMap::new();
    let (mut names, mut problems) = (Vec::new(), Vec::new());
    for (i, item) in items.iter().enumerate() {
        let Some((sku, view)) = item.safe_names() else { continue };
        for (c, channel) in channels.iter().enumerate() {
            for (o, output) in channel.outputs.iter().enumerate() {
                let file = output.file_name(&sku, &view);
                let path = match layout {
                    Layout::Flat => PathBuf::from(&file),
                    Layout::ByChannel => [&channel.name, &file].iter().collect(),
                };
                let key = path.to_string_lossy().to_lowercase();
                let owner = format!("{} of {}, view {}", channel.name, item.sku, item.view);
                if let Some(earlier) = owners.get(&key) {
                    let what = format!("{owner} would overwrite {file} from {earlier}");
                    let help = "render one view a SKU for this channel, or put {view} into its file_name";
                    problems
                        .push(Problem::new(&path, "E-OUTPUT-TWICE", what, help).of(&item.sku, &item.view));
                    continue;
                }
                owners.insert(key, owner);
                names.push(OutputName { item: i, channel: c, output: o, path });
            }
        }
    }
    (names, problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::channel::{builtin_channels, channel};

    fn item(sku: &str, view: &str) -> Item {
        Item {
            sku: sku.into(),
            view: view.into(),
            shots: Vec::new(),
            overrides: std::collections::BTreeMap::new(),
            notes: Vec::new(),
            flags: Vec::new(),
        }
    }

    #[test]
    fn every_channel_file_of_the_folder_is_built_in() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("channels");
        let files: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
        assert_eq!(files.len(), builtin_channels().len());
        for file in files {
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            assert!(channel(&name).is_some(), "{name} is not built in, or is named otherwise inside");
        }
    }

    #[test]
    fn the_later_of_two_outputs_with_one_name_is_left_out() {
        let items = [item("A", "front"), item("A", "back"), item("../B", "front")];
        let channels: Vec<&Channel> = ["amazon-main", "walmart"].into_iter().filter_map(channel).collect();
        let (names, problems) = output_names(&items, &channels, Layout::ByChannel);
        let paths: Vec<String> = names.iter().map(|n| n.path.to_string_lossy().replace('\\', "/")).collect();
        let expected = [
            "amazon-main/A.MAIN.jpg",
            "walmart/A_front.jpg",
            "walmart/A_back.jpg",
            "amazon-main/%2E.%2FB.MAIN.jpg",
            "walmart/%2E.%2FB_front.jpg",
        ];
        assert_eq!(paths, expected);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].what.contains("A.MAIN.jpg") && problems[0].what.contains("view back"));
        let (flat, problems) = output_names(&items[..1], &[channels[1], channels[1]], Layout::Flat);
        assert_eq!((flat.len(), problems.len()), (1, 1), "two channels may clash in one folder");
    }
}
