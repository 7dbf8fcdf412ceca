//! The text of a .cc, .ccc or .cdl file as one correction. Reads no file, and applies nothing; elements that it does
//! not know are left alone, as the standard asks.

use roxmltree::{Document, Node};

use super::Correction;

/// Names that files have for the element of slope, offset and power, and for that of saturation.
const SOP: [&str; 2] = ["SOPNode", "ASC_SOP"];
const SAT: [&str; 3] = ["SatNode", "SATNode", "ASC_SAT"];

/// Bytes of the largest file: thousands of corrections.
const MOST: usize = 16 << 20;

/// The correction of that id, or the only one there is. What is not given changes nothing.
///
/// # Errors
/// A sentence that says what is wrong and what to do.
pub(super) fn parse(text: &str, id: Option<&str>) -> Result<Correction, String> {
    if text.len() > MOST {
        return Err(format!("more than {} MiB; a file of corrections is smaller", MOST >> 20));
    }
    let document = Document::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|e| format!("no sound XML: {e}; export the correction again"))?;
    let all: Vec<Node<'_, '_>> =
        document.descendants().filter(|n| n.tag_name().name() == "ColorCorrection").collect();
    read(choose(&all, id)?)
}

fn choose<'a, 'i>(all: &[Node<'a, 'i>], id: Option<&str>) -> Result<Node<'a, 'i>, String> {
    let ids = || {
        let named: Vec<&str> = all.iter().filter_map(|n| n.attribute("id")).take(20).collect();
        named.join(", ")
    };
    match (all, id) {
        ([], _) => Err("no <ColorCorrection> in it; is this a .cc, .ccc or .cdl file?".into()),
        ([only], None) => Ok(*only),
        (_, None) => Err(format!("{} corrections; choose one with id = \"…\", such as {}", all.len(), ids())),
        (_, Some(id)) => {
            let found = all.iter().find(|n| n.attribute("id") == Some(id));
            found.copied().ok_or_else(|| format!("no correction has the id `{id}`; there are {}", ids()))
        }
    }
}

fn read(correction: Node<'_, '_>) -> Result<Correction, String> {
    let child = |of: Node<'_, '_>, names: &[&str]| {
        of.children().find(|n| names.contains(&n.tag_name().name())).map(|n| n.id())
    };
    let node = |id| correction.document().get_node(id);
    let mut read = Correction::default();
    if let Some(sop) = child(correction, &SOP).and_then(node) {
        let slots = [("Slope", &mut read.slope), ("Offset", &mut read.offset), ("Power", &mut read.power)];
        for (name, slot) in slots {
            if let Some(given) = child(sop, &[name]).and_then(node) {
                *slot = numbers(name, given)?;
            }
        }
    }
    let sat = child(correction, &SAT).and_then(node);
    if let Some(given) = sat.and_then(|sat| child(sat, &["Saturation"])).and_then(node) {
        [read.saturation] = numbers("Saturation", given)?;
    }
    Ok(read)
}

/// So many finite numbers, and nothing else.
fn numbers<const N: usize>(name: &str, node: Node<'_, '_>) -> Result<[f64; N], String> {
    let text = node.text().unwrap_or_default();
    let values: Option<Vec<f64>> =
        text.split_whitespace().map(|w| w.parse().ok().filter(|v: &f64| v.is_finite())).collect();
    values.and_then(|v| v.try_into().ok()).ok_or_else(|| {
        let shown: String = text.trim().chars().take(40).collect();
        let line = node.document().text_pos_at(node.range().start).row;
        format!("line {line}: <{name}> is `{shown}`, not {N} finite numbers")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "<?xml version=\"1.0\"?>\n<ColorCorrectionCollection xmlns=\"urn:ASC:CDL:v1.2\">\n\
        <!-- unknown elements are left alone --><Vendor><Slope>9 9 9</Slope></Vendor>\n\
        <ColorCorrection id=\"warm\"><SOPNode><Description>a &amp; b</Description>\n\
        <Slope>1.1 1 0.9</Slope>\n<Offset> .01 -2e-2\n0 </Offset><Power>1 1 1.5</Power></SOPNode></ColorCorrection>\n\
        <ColorCorrection id=\"flat\"><ASC_SAT><Saturation>0.4</Saturation></ASC_SAT></ColorCorrection>\n\
        </ColorCorrectionCollection>";

    #[test]
    fn a_correction_is_found_by_its_id() {
        let warm = Correction {
            slope: [1.1, 1.0, 0.9],
            offset: [0.01, -0.02, 0.0],
            power: [1.0, 1.0, 1.5],
            saturation: 1.0,
        };
        assert_eq!(parse(TWO, Some("warm")), Ok(warm));
        let flat = Correction { saturation: 0.4, ..Correction::default() };
        assert_eq!(parse(TWO, Some("flat")), Ok(flat));
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str, id| parse(text, id).err().unwrap_or_default();
        assert!(error(TWO, None).contains("2 corrections; choose one with id = \"…\", such as warm, flat"));
        assert!(error(TWO, Some("cold")).contains("no correction has the id `cold`"));
        assert!(error("<a/>", None).contains("no <ColorCorrection>"));
        assert!(error("<a><b></a>", None).contains("no sound XML"));
        let bent = TWO.replace("1.1 1 0.9", "1.1 1");
        assert_eq!(error(&bent, Some("warm")), "line 5: <Slope> is `1.1 1`, not 3 finite numbers");
        assert!(error(&TWO.replace("1.1 1 0.9", "1 1 inf"), Some("warm")).contains("not 3 finite"));
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>";
        assert!(error(bomb, None).contains("no sound XML"));
    }

    #[test]
    fn deep_and_bent_texts_are_refused_or_read_but_never_break() {
        let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
        assert!(parse(&deep, None).is_err());
        let mut state = 7_u32;
        let mut next = |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % n
        };
        let mut refused = 0;
        for _ in 0..4000 {
            let mut bytes = TWO.as_bytes().to_vec();
            for _ in 0..1 + next(3) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] = next(256) as u8,
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, b"<>/&;\"e9"[next(8)]),
                }
            }
            refused += u32::from(parse(&String::from_utf8_lossy(&bytes), Some("warm")).is_err());
        }
        assert!(refused > 1000 && refused < 4000, "{refused}");
    }
}
