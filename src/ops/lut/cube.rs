//! The text of a .cube file as tables: one curve a channel, a lattice of colours, or the curve and then the lattice.
//! Adobe's "Cube LUT Specification 1.0" (2013), and what DaVinci Resolve adds to it. Reads no file, and applies
//! nothing; whatever the text holds, the answer is tables or a sentence that names the line.

use std::fmt;

/// Most entries of a curve, as the specification has it.
const MOST_CURVE: usize = 65_536;
/// Most entries along a side of a lattice: 129, as film tools write at most.
const MOST_LATTICE: usize = 129;

/// A table and the input for which it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Entries along one axis, at least 2.
    pub side: usize,
    /// Input of the first entry, a channel.
    pub low: [f32; 3],
    /// Input of the last entry, above `low`.
    pub high: [f32; 3],
    /// Colours: `side` of a curve, `side`³ of a lattice, red fastest.
    pub colours: Vec<[f32; 3]>,
}

/// What a .cube file says. It has a curve, a lattice or both; the curve comes first.
#[derive(Clone, Debug, PartialEq)]
pub struct Cube {
    /// Its title, or nothing.
    pub title: String,
    /// A curve a channel.
    pub curve: Option<Table>,
    /// A lattice of colours.
    pub lattice: Option<Table>,
}

/// Why a text is no .cube file: the line, what is wrong with it, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CubeError {
    line: usize,
    what: String,
}

impl fmt::Display for CubeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl Cube {
    /// Reads the text of a .cube file.
    ///
    /// # Errors
    /// [`CubeError`] where the text is damaged or asks for what there is not.
    pub fn parse(text: &str) -> Result<Self, CubeError> {
        let mut head = Head::default();
        let mut colours: Vec<[f32; 3]> = Vec::new();
        let mut last = 0;
        for (i, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let at = |what: String| CubeError { line: i + 1, what };
            let line = line.trim();
            last = i + 1;
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
                if colours.len() >= head.entries() {
                    return Err(at(head.surplus()));
                }
                colours.push(numbers(line).map_err(at)?);
            } else if colours.is_empty() {
                head.read(line).map_err(at)?;
            } else {
                let what =
                    format!("`{}` comes after the first colours; put it before them", shown(word(line)));
                return Err(at(what));
            }
        }
        head.finish(colours).map_err(|what| CubeError { line: last, what })
    }
}

/// What stands before the colours.
#[derive(Debug, Default)]
struct Head {
    title: Option<String>,
    curve: Option<usize>,
    lattice: Option<usize>,
    curve_range: Option<[f32; 2]>,
    lattice_range: Option<[f32; 2]>,
    low: Option<[f32; 3]>,
    high: Option<[f32; 3]>,
}

impl Head {
    fn read(&mut self, line: &str) -> Result<(), String> {
        let name = word(line);
        let rest = line[name.len()..].trim();
        let new = match name {
            "TITLE" => self.title.replace(rest.trim_matches('"').to_owned()).is_none(),
            "LUT_1D_SIZE" => self.curve.replace(size(rest, MOST_CURVE)?).is_none(),
            "LUT_3D_SIZE" => self.lattice.replace(size(rest, MOST_LATTICE)?).is_none(),
            "LUT_1D_INPUT_RANGE" => self.curve_range.replace(numbers(rest)?).is_none(),
            "LUT_3D_INPUT_RANGE" => self.lattice_range.replace(numbers(rest)?).is_none(),
            "DOMAIN_MIN" => self.low.replace(numbers(rest)?).is_none(),
            "DOMAIN_MAX" => self.high.replace(numbers(rest)?).is_none(),
            other => {
                let other = shown(other);
                return Err(format!("`{other}` is not known; export the look as a plain .cube, full range"));
            }
        };
        if new { Ok(()) } else { Err(format!("{name} is given twice; keep one")) }
    }

    /// Colours that the file must hold.
    fn entries(&self) -> usize {
        self.curve.unwrap_or(0) + self.lattice.map_or(0, |n| n * n * n)
    }

    fn surplus(&self) -> String {
        match self.entries() {
            0 => "colours before LUT_1D_SIZE or LUT_3D_SIZE; the size must come first".into(),
            n => format!("more than the {n} colours that the sizes ask for; correct the size or the list"),
        }
    }

    fn finish(self, mut colours: Vec<[f32; 3]>) -> Result<Cube, String> {
        let (wanted, found) = (self.entries(), colours.len());
        if wanted == 0 {
            return Err("neither LUT_1D_SIZE nor LUT_3D_SIZE is given; is this a .cube file?".into());
        }
        if found < wanted {
            return Err(format!("the file ends after {found} of {wanted} colours; export it again"));
        }
        let domain = self.low.is_some() || self.high.is_some();
        let ranges = self.curve_range.is_some() || self.lattice_range.is_some();
        if domain && (ranges || (self.curve.is_some() && self.lattice.is_some())) {
            let what = "DOMAIN_MIN and DOMAIN_MAX speak of one table alone";
            return Err(format!("{what}; write LUT_1D_INPUT_RANGE and LUT_3D_INPUT_RANGE instead"));
        }
        let table = |side: Option<usize>, range: Option<[f32; 2]>, colours: Vec<[f32; 3]>| {
            let Some(side) = side else { return Ok(None) };
            let (low, high) = range
                .map_or((self.low.unwrap_or([0.0; 3]), self.high.unwrap_or([1.0; 3])), |[low, high]| {
                    ([low; 3], [high; 3])
                });
            let table = Table { side, low, high, colours };
            let fits = table.scale().iter().all(|s| s.is_finite() && *s > 0.0);
            let what =
                format!("the input range {low:?} … {high:?} is empty; its end must lie above its begin");
            if fits { Ok(Some(table)) } else { Err(what) }
        };
        let lattice = table(self.lattice, self.lattice_range, colours.split_off(self.curve.unwrap_or(0)))?;
        let curve = table(self.curve, self.curve_range, colours)?;
        Ok(Cube { title: self.title.unwrap_or_default(), curve, lattice })
    }
}

impl Table {
    /// Entries a unit of input, a channel.
    #[must_use]
    pub fn scale(&self) -> [f32; 3] {
        [0, 1, 2].map(|c| (self.side - 1) as f32 / (self.high[c] - self.low[c]))
    }
}

/// The first word of a line.
fn word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or("")
}

fn size(text: &str, most: usize) -> Result<usize, String> {
    let n = text.parse::<usize>().ok().filter(|n| (2..=most).contains(n));
    n.ok_or_else(|| format!("the size `{}` is no whole number from 2 to {most}", shown(text)))
}

/// So many finite numbers, and nothing else.
fn numbers<const N: usize>(line: &str) -> Result<[f32; N], String> {
    let mut values = [0.0; N];
    let mut words = line.split_whitespace();
    for v in &mut values {
        let parsed = words.next().and_then(|w| w.parse::<f32>().ok()).filter(|v| v.is_finite());
        *v = parsed.ok_or_else(|| format!("`{}` is not {N} numbers", shown(line)))?;
    }
    if words.next().is_some() {
        return Err(format!("`{}` is more than {N} numbers", shown(line)));
    }
    Ok(values)
}

/// The beginning of a line, for a message.
fn shown(line: &str) -> String {
    line.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: &str = "LUT_1D_SIZE 2\nLUT_1D_INPUT_RANGE -0.5 1.5\n";
    const BOTH: &str = "\u{feff}# a look\r\nTITLE \"A look\"\r\nLUT_3D_SIZE 2\r\nLUT_1D_SIZE 3\r\n\
        LUT_3D_INPUT_RANGE 0.0 2\r\n 0 0 0\r\n.5 .5 .5\r\n\r\n# middle\r\n1 1 1\r\n\
        0 0 0\r\n1 0 0\r\n0 1 0\r\n1 1 0\r\n0 0 1\r\n1 0 1\r\n0 1 1\r\n+1e0 1 1";

    fn error(text: &str) -> String {
        Cube::parse(text).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_curve_before_a_lattice_is_read_with_its_ranges() {
        let Ok(cube) = Cube::parse(BOTH) else { unreachable!() };
        assert_eq!(cube.title, "A look");
        let (Some(curve), Some(lattice)) = (cube.curve, cube.lattice) else { unreachable!() };
        assert_eq!((curve.side, curve.low, curve.high), (3, [0.0; 3], [1.0; 3]));
        assert_eq!(curve.colours[1], [0.5; 3]);
        assert_eq!((lattice.side, lattice.high, lattice.scale()), (2, [2.0; 3], [0.5; 3]));
        assert_eq!(lattice.colours[1], [1.0, 0.0, 0.0], "red is fastest");
        let Ok(alone) = Cube::parse(&format!("{CURVES}0 0 0\n1 1 1\n")) else { unreachable!() };
        assert!(alone.lattice.is_none() && alone.curve.is_some_and(|c| c.low == [-0.5; 3]));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let cases = [
            ("", "line 0: neither LUT_1D_SIZE nor LUT_3D_SIZE"),
            ("1 2 3", "line 1: colours before LUT_1D_SIZE"),
            ("LUT_3D_SIZE 1", "line 1: the size `1` is no whole number from 2 to 129"),
            ("LUT_3D_SIZE 4000000000", "from 2 to 129"),
            ("LUT_1D_SIZE 2\nLUT_1D_SIZE 2", "line 2: LUT_1D_SIZE is given twice"),
            ("LUT_1D_SIZE 2\n0 0", "line 2: `0 0` is not 3 numbers"),
            ("LUT_1D_SIZE 2\n0 0 0 0", "is more than 3 numbers"),
            ("LUT_1D_SIZE 2\n0 0 -nan", "is not 3 numbers"),
            ("LUT_1D_SIZE 2\n0 0 1e99", "is not 3 numbers"),
            ("LUT_1D_SIZE 2\n0 0 0", "line 2: the file ends after 1 of 2 colours"),
            ("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n2 2 2", "line 4: more than the 2 colours"),
            ("LUT_1D_SIZE 2\n0 0 0\nDOMAIN_MIN 0 0 0", "line 3: `DOMAIN_MIN` comes after"),
            ("LUT_1D_SIZE 2\nDOMAIN_MAX 1 0 1\n0 0 0\n1 1 1", "line 4: the input range"),
            ("LUT_1D_SIZE 2\nLUT_IN_VIDEO_RANGE", "line 2: `LUT_IN_VIDEO_RANGE` is not known"),
        ];
        for (text, expected) in cases {
            assert!(error(text).contains(expected), "{text:?}: {}", error(text));
        }
        let both = BOTH.replace("LUT_3D_INPUT_RANGE 0.0 2", "DOMAIN_MAX 2 2 2");
        assert!(error(&both).contains("speak of one table alone"), "{}", error(&both));
    }

    #[test]
    fn bent_texts_are_refused_or_read_but_never_break() {
        let mut state = 1_u32;
        let mut next = |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % n
        };
        let mut refused = 0;
        for _ in 0..4000 {
            let mut bytes = BOTH.as_bytes().to_vec();
            for _ in 0..1 + next(3) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] = next(256) as u8,
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, b"019.-e#\n"[next(8)]),
                }
            }
            match Cube::parse(&String::from_utf8_lossy(&bytes)) {
                Ok(cube) => {
                    let held = |t: &Option<Table>, dims: u32| {
                        t.as_ref().is_none_or(|t| t.colours.len() == t.side.pow(dims) && t.side >= 2)
                    };
                    assert!(held(&cube.curve, 1) && held(&cube.lattice, 3));
                }
                Err(e) => {
                    refused += 1;
                    assert!(e.to_string().starts_with("line "));
                }
            }
        }
        assert!(refused > 1000, "{refused}");
    }
}
