#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::image::Size;

/// The file that an output describes when everything goes to plan.
fn ideal(spec: &OutputSpec) -> Option<Finished> {
    let size = match spec.frame {
        Frame::Fixed(size) => size,
        Frame::LongSide(side) => Size::new(side * 7 / 10, side),
        Frame::Source => return None,
    };
    let mut file = Finished::new(size, spec.max_bytes.unwrap_or(1), spec.file.format);
    file.extension = Some(spec.file.format.extension().into());
    file.bits = spec.file.bits;
    file.has_alpha = spec.file.alpha;
    file.border_alpha = spec.file.alpha.then_some((0, 0));
    file.border_min_code = Some(255);
    file.fill_measured = spec.fill.map(|f| f64::from(f.share));
    Some(file)
}

const MINIMAL: &str =
    "name = 'mine'\ntitle = 'Mine'\n[[output]]\nname = 'main'\nsize = '100x100'\nformat = 'png'\n";

fn rule(demand: Demand) -> Rule {
    Rule {
        demand,
        severity: Severity::Must,
        source: "here".into(),
        seen_on: "2026".into(),
        undated: false,
        disputed: None,
        note: None,
    }
}

#[test]
fn every_built_in_file_parses_and_names_are_unique() {
    for text in BUILTIN {
        if let Err(error) = parse(text) {
            panic!("{error}\nin {text}");
        }
    }
    assert_eq!(builtin_channels().len(), BUILTIN.len());
    for c in builtin_channels() {
        assert_eq!(channel(&c.name), Some(c), "{} is there twice", c.name);
        assert!(!c.outputs.is_empty(), "{} makes nothing", c.name);
        assert_eq!(c.checked_on.is_some(), !c.rules.is_empty(), "{} has rules without a check date", c.name);
    }
    assert_eq!(channel("nowhere"), None);
}

#[test]
fn built_in_outputs_keep_the_rules_of_their_channel() {
    for c in builtin_channels() {
        for file in c.outputs.iter().filter_map(ideal) {
            for rule in &c.rules {
                let verdict = judge(rule, &file);
                let statement = matches!(rule.demand, Demand::Statement(_));
                match verdict {
                    Verdict::Kept => {}
                    Verdict::Unknown { .. } if statement => {}
                    other => panic!("{}: {:?} gives {other:?}", c.name, rule.demand),
                }
            }
        }
    }
}

#[test]
fn disputed_rules_say_what_each_side_says() {
    let disputed: Vec<_> =
        builtin_channels().iter().flat_map(|c| &c.rules).filter_map(|r| r.disputed.as_ref()).collect();
    assert!(disputed.len() >= 3, "the disputes are recorded");
    assert!(disputed.iter().all(|d| d.contains(';')), "both values stand in the note, parted by a semicolon");
}

#[test]
fn errors_name_the_key_and_what_is_allowed() {
    let cases = [
        ("qualty = 3", "qualty", "quality"),
        ("background = 'grey'", "background", "#rrggbb"),
        ("fill = { share = 1.2 }", "fill.share", "at most 1"),
        ("fill = { share = 0.5, axis = 'depth' }", "depth", "height"),
        ("quality = 80", "quality", "lossless"),
        ("bits = 12", "bits", "8 or 16"),
        ("alpha = true", "alpha", "transparent"),
        ("file_name = '../{sku}'", "file_name", "{sku}"),
        ("file_name = '{view}'", "file_name", "{sku}"),
        ("margins = { left = 0.6, right = 0.6 }", "margins", "room"),
        (
            "[[rule]]\nkind = 'min_long_sied'\nvalue = 3\nseverity = 'must'\nsource = 's'\nseen_on = '2026'",
            "min_long_sied",
            "min_long_side",
        ),
        (
            "[[rule]]\nkind = 'max_side'\nvalue = 'big'\nseverity = 'must'\nsource = 's'\nseen_on = '2026'",
            "big",
            "u32",
        ),
        (
            "[[rule]]\nkind = 'max_side'\nvalue = 3\nseverity = 'must'\nsource = 's'\nseen_on = 'May'",
            "seen_on",
            "2026-05",
        ),
        (
            "[[rule]]\nkind = 'max_side'\nvalue = 3\nseverity = 'may'\nsource = 's'\nseen_on = '2026'",
            "may",
            "should",
        ),
    ];
    assert!(parse(MINIMAL).is_ok());
    for (line, key, allowed) in cases {
        let text = parse(&format!("{MINIMAL}{line}\n")).unwrap_err().to_string();
        assert!(text.contains(key) && text.contains(allowed), "{line}: {text}");
    }
}

#[test]
fn two_outputs_never_write_one_file() {
    let second = "[[output]]\nname = 'thumb'\nsize = '50'\nformat = 'png'\n";
    assert!(parse(&format!("{MINIMAL}{second}")).unwrap_err().to_string().contains("{output}"));
    let named = "file_name = '{sku}_{view}_{output}'\n";
    let channel = parse(&format!("{MINIMAL}{second}{named}")).unwrap();
    assert_eq!(channel.outputs[1].file_name("A1", "back"), "A1_back_thumb.png");
    assert_eq!(channel.outputs[0].file_name("{view}", "v"), "{view}_v.png", "values are not expanded again");
}

#[test]
fn verdicts_say_found_and_wanted_and_never_guess() {
    let mut file = Finished::new(Size::new(1801, 2600), 5_000, FileFormat::Jpeg);
    let ratio = |s: &str| Ratio::try_from(s.to_owned()).unwrap();
    assert_eq!(judge(&rule(Demand::Aspect(vec![ratio("1:1.44")])), &file), Verdict::Kept);
    assert!(matches!(judge(&rule(Demand::Aspect(vec![ratio("1:1")])), &file), Verdict::Broken { .. }));
    assert!(matches!(judge(&rule(Demand::FillMin(0.8)), &file), Verdict::Unknown { .. }));
    file.fill_measured = Some(0.7);
    let broken = judge(&rule(Demand::FillMin(0.8)), &file);
    let Verdict::Broken { found, wanted } = broken else { panic!("{broken:?}") };
    assert_eq!((found.as_str(), wanted.as_str()), ("70.0 %", "product takes at least 80 % of the frame"));
    assert_eq!(judge(&rule(Demand::MaxSideSum(4401)), &file), Verdict::Kept);
    assert!(matches!(judge(&rule(Demand::MaxSideSum(4400)), &file), Verdict::Broken { .. }));
    let names = rule(Demand::ExtensionMatches(true));
    assert!(matches!(judge(&names, &file), Verdict::Unknown { .. }));
    file.extension = Some("PNG".into());
    assert!(matches!(judge(&names, &file), Verdict::Broken { .. }));
    file.extension = Some("JPEG".into());
    assert_eq!(judge(&names, &file), Verdict::Kept);
    file.profile = None;
    assert!(matches!(judge(&rule(Demand::Profiles(vec!["sRGB".into()])), &file), Verdict::Broken { .. }));
    file.profile = Some("sRGB IEC61966-2.1".into());
    assert_eq!(judge(&rule(Demand::Profiles(vec!["sRGB".into()])), &file), Verdict::Kept);
}

#[test]
fn white_is_255_and_opaque() {
    let mut file = Finished::new(Size::new(10, 10), 1, FileFormat::Png);
    let white = rule(Demand::Background(vec![Backdrop::White]));
    let either = rule(Demand::Background(vec![Backdrop::White, Backdrop::Transparent]));
    assert!(matches!(judge(&white, &file), Verdict::Unknown { .. }));
    file.border_min_code = Some(254);
    assert!(matches!(judge(&white, &file), Verdict::Broken { .. }));
    file.border_min_code = Some(255);
    assert_eq!(judge(&white, &file), Verdict::Kept);
    file.has_alpha = true;
    assert!(matches!(judge(&white, &file), Verdict::Unknown { .. }));
    file.border_alpha = Some((0, 0));
    assert!(matches!(judge(&white, &file), Verdict::Broken { .. }));
    assert_eq!(judge(&either, &file), Verdict::Kept);
    file.border_alpha = Some((200, 255));
    assert!(matches!(judge(&either, &file), Verdict::Broken { .. }));
    file.border_alpha = Some((255, 255));
    assert_eq!(judge(&white, &file), Verdict::Kept);
}

#[test]
fn channels_can_be_listed_as_json() {
    let text = serde_json::to_string(builtin_channels()).unwrap();
    assert!(text.contains(r#""kind":"min_long_side","value":500,"severity":"must""#), "{text}");
}
