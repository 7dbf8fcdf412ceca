//! A user's own measurements of a chart: CGATS (`.txt`, `.cie`, `.ti3`) or CSV, in Lab, XYZ or xyY under D50.
//!
//! Strict, for a chart read wrongly makes every colour wrong: unknown layouts, other illuminants and values out of
//! range are refused. Opens no file.

use crate::image::{D50, lab_from_xyz};

use super::{Reference, ReferencePatch};

/// Why a chart's values are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// No columns that are colours.
    #[error("no colour columns; the columns are {found}")]
    Columns {
        /// Which columns there are.
        found: String,
    },
    /// A cell that is missing or is no colour.
    #[error("patch {row}: {what}")]
    Cell {
        /// Which row of values, from 1.
        row: usize,
        /// What is wrong.
        what: String,
    },
    /// Values under another light.
    #[error("the values are not for D50: `{line}`")]
    Illuminant {
        /// The line that says so.
        line: String,
    },
    /// Patches that make no chart.
    #[error("{patches} patches whose places are not known")]
    Layout {
        /// How many.
        patches: usize,
    },
    /// Text that is neither.
    #[error("neither CGATS nor CSV: {cause}")]
    Syntax {
        /// What the reader says.
        cause: String,
    },
}

impl ReferenceError {
    /// The stable code for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Columns { .. } => "E-CHART-COLUMNS",
            Self::Cell { .. } => "E-CHART-VALUE",
            Self::Illuminant { .. } => "E-CHART-LIGHT",
            Self::Layout { .. } => "E-CHART-LAYOUT",
            Self::Syntax { .. } => "E-CHART-READ",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Columns { .. } => {
                "name them L,a,b or X,Y,Z or x,y,Y (CGATS: LAB_L, XYZ_X, XYY_X and so on)"
            }
            Self::Cell { .. } => "correct the value, or measure the patch again",
            Self::Illuminant { .. } => "export the measurement for D50, 2 degrees",
            Self::Layout { .. } => {
                "give 24 or 140 patches in the chart's order, or names of rows and columns (A1, B1, …) that fill it"
            }
            Self::Syntax { .. } => "export it as CGATS text or as CSV with a header",
        }
    }
}

/// Rows of cells under names.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A chart's values from text; `name` is what reports call them.
///
/// # Errors
/// [`ReferenceError`] where they are not certain.
pub fn read(name: &str, text: &str) -> Result<Reference, ReferenceError> {
    let text = text.trim_start_matches('\u{feff}');
    let cgats = text.lines().any(|l| l.trim() == "BEGIN_DATA_FORMAT");
    let table = if cgats { cgats_table(text)? } else { csv_table(text)? };
    let labs = labs(&table)?;
    let names = names(&table);
    let (columns, order) = layout(&names).ok_or(ReferenceError::Layout { patches: names.len() })?;
    let patch = |i: &usize| Some(ReferencePatch { name: names.get(*i)?.clone(), lab: *labs.get(*i)? });
    Ok(Reference { name: name.into(), columns, patches: order.iter().filter_map(patch).collect() })
}

fn csv_table(text: &str) -> Result<Table, ReferenceError> {
    let syntax = |e: csv::Error| ReferenceError::Syntax { cause: e.to_string() };
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(syntax)?.iter().map(String::from).collect();
    let row = |r: csv::StringRecord| r.iter().map(String::from).collect();
    let rows = reader.records().map(|r| r.map(row).map_err(syntax)).collect::<Result<_, _>>()?;
    Ok(Table { header, rows })
}

fn cgats_table(text: &str) -> Result<Table, ReferenceError> {
    let mut table = Table { header: Vec::new(), rows: Vec::new() };
    let (mut section, mut cells) = ("", Vec::new());
    for line in text.lines().map(str::trim) {
        match line {
            "BEGIN_DATA_FORMAT" | "BEGIN_DATA" => section = line,
            "END_DATA_FORMAT" => section = "",
            "END_DATA" => break,
            _ if section == "BEGIN_DATA_FORMAT" => table.header.extend(words(line)),
            _ if section == "BEGIN_DATA" => cells.extend(words(line)),
            _ if line.to_uppercase().contains("ILLUMIN") && !line.contains("D50") => {
                return Err(ReferenceError::Illuminant { line: line.into() });
            }
            _ => {}
        }
    }
    let width = table.header.len().max(1);
    if cells.is_empty() || cells.len() % width != 0 {
        let cause = format!("{} cells in rows of {width}", cells.len());
        return Err(ReferenceError::Syntax { cause });
    }
    table.rows = cells.chunks(width).map(<[String]>::to_vec).collect();
    Ok(table)
}

/// Words between blanks, up to a comment; double quotes hold blanks.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut open) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, open) = (!quoted, true),
            '#' if !quoted && !open => break,
            c if c.is_whitespace() && !quoted => {
                if open {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            c => {
                word.push(c);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}

/// What three columns mean.
#[derive(Clone, Copy, PartialEq)]
enum Space {
    Lab,
    Xyz,
    Xyy,
}

/// Names of colour columns. Capitals matter: `Y` is luminance, `y` a chromaticity.
const SPACES: [(Space, [&str; 3]); 7] = [
    (Space::Lab, ["L", "a", "b"]),
    (Space::Lab, ["L*", "a*", "b*"]),
    (Space::Lab, ["LAB_L", "LAB_A", "LAB_B"]),
    (Space::Xyz, ["X", "Y", "Z"]),
    (Space::Xyz, ["XYZ_X", "XYZ_Y", "XYZ_Z"]),
    (Space::Xyy, ["x", "y", "Y"]),
    (Space::Xyy, ["XYY_X", "XYY_Y", "XYY_CAPY"]),
];

/// The Lab of every row.
fn labs(table: &Table) -> Result<Vec<[f64; 3]>, ReferenceError> {
    let column = |name: &str| table.header.iter().position(|h| h == name);
    let columns = |names: [&str; 3]| Some([column(names[0])?, column(names[1])?, column(names[2])?]);
    let (space, columns) = SPACES
        .iter()
        .find_map(|(space, names)| Some((*space, columns(*names)?)))
        .ok_or_else(|| ReferenceError::Columns { found: table.header.join(", ") })?;
    let mut values = Vec::with_capacity(table.rows.len());
    for (i, row) in table.rows.iter().enumerate() {
        let mut value = [0.0; 3];
        for (v, c) in value.iter_mut().zip(columns) {
            let cell = row.get(c).map_or("", String::as_str);
            let number = cell.parse::<f64>().ok().filter(|n| n.is_finite());
            *v = number
                .ok_or_else(|| ReferenceError::Cell { row: i + 1, what: format!("`{cell}` is no number") })?;
        }
        values.push(value);
    }
    // Luminance in percent or as a share of white: no chart is brighter than one and a half whites.
    let luminance = if space == Space::Xyz { 1 } else { 2 };
    let percent = space != Space::Lab && values.iter().any(|v| v[luminance] > 1.5);
    let scale = if percent { 0.01 } else { 1.0 };
    let lab = |(i, v): (usize, [f64; 3])| {
        let lab = match space {
            Space::Lab => v,
            Space::Xyz => lab_from_xyz(v.map(|v| v * scale), D50),
            Space::Xyy => {
                let [x, y, luminance] = [v[0], v[1], v[2] * scale];
                lab_from_xyz([x / y * luminance, luminance, (1.0 - x - y) / y * luminance], D50)
            }
        };
        let sound = (-1.0..=110.0).contains(&lab[0]) && lab[1..].iter().all(|v| v.abs() <= 200.0);
        let what = || format!("{v:?} is no colour of a chart");
        if sound { Ok(lab) } else { Err(ReferenceError::Cell { row: i + 1, what: what() }) }
    };
    values.into_iter().enumerate().map(lab).collect()
}

/// The name of every row: its number where there is none.
fn names(table: &Table) -> Vec<String> {
    let known = ["SAMPLE_LOC", "SAMPLE_NAME", "name", "SAMPLE_ID", "patch"];
    let column = known.iter().find_map(|name| table.header.iter().position(|h| h == name));
    let cell = |row: &Vec<String>| column.and_then(|c| row.get(c)).filter(|n| !n.is_empty()).cloned();
    table.rows.iter().enumerate().map(|(i, row)| cell(row).unwrap_or_else(|| (i + 1).to_string())).collect()
}

/// Patches in a row, and which row of values is which patch.
///
/// Names of a letter and a number that fill a rectangle say where patches lie; the letter is the row where there are
/// fewer letters than numbers (A1 … D6), else the column (A1 … N10). Other names keep the file's order.
fn layout(names: &[String]) -> Option<(usize, Vec<usize>)> {
    let grid = names.iter().map(|n| place(n)).collect::<Option<Vec<_>>>();
    if let Some(places) = grid {
        let letters = places.iter().map(|p| p.0).max()? + 1;
        let numbers = places.iter().map(|p| p.1).max()? + 1;
        let columns = letters.max(numbers);
        let index =
            |(l, n): (usize, usize)| if letters < numbers { l * columns + n } else { n * columns + l };
        let mut order = vec![None; names.len()];
        for (i, place) in places.iter().enumerate() {
            let slot = order.get_mut(index(*place))?;
            if slot.replace(i).is_some() {
                return None;
            }
        }
        return (letters * numbers == names.len()).then(|| (columns, order.into_iter().flatten().collect()));
    }
    let columns = match names.len() {
        24 => 6,
        140 => 14,
        _ => return None,
    };
    Some((columns, (0..names.len()).collect()))
}

/// Letter and number of names such as `B7` or `B07`, from 0.
fn place(name: &str) -> Option<(usize, usize)> {
    let letter = name.chars().next().filter(char::is_ascii_uppercase)?;
    let number = name[1..].parse::<usize>().ok().filter(|n| (1..=64).contains(n))?;
    Some((usize::from(letter as u8 - b'A'), number - 1))
}

#[cfg(test)]
mod tests;
