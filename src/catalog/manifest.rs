//! CSV manifests: a person's own list of files, SKUs, views and roles, and every further column a setting of
//! the item. Reads the text; whether the files exist is discovery's question.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use csv::ByteRecord;

use super::CatalogError;

/// One line of a manifest. Empty cells are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) file: String,
    pub(super) sku: Option<String>,
    pub(super) view: Option<String>,
    pub(super) role: Option<String>,
    pub(super) overrides: BTreeMap<String, String>,
}

/// Reads a manifest: commas, semicolons or tabs, whichever its first line has most of.
pub(super) fn read(path: &Path) -> Result<Vec<Row>, CatalogError> {
    let bytes = fs::read(path).map_err(|cause| CatalogError::Manifest { path: path.into(), cause })?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    if let Err(error) = std::str::from_utf8(text) {
        let before = text.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|b| **b == b'\n').count() as u64;
        return Err(CatalogError::Text { path: path.into(), line });
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text);
    let refuse = |e: csv::Error| CatalogError::Csv { path: path.into(), cause: e.to_string() };
    let header: Vec<String> = reader.byte_headers().map_err(refuse)?.iter().map(word).collect();
    check_header(path, &header)?;
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(refuse)? {
        let line = first_line(text, &record);
        let cells: Vec<String> = record.iter().map(cell).collect();
        // Spreadsheets leave rows of empty cells behind, and cells below columns without a name.
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let unnamed = header.iter().zip(&cells).any(|(h, c)| h.is_empty() && !c.is_empty());
        if cells.len() != header.len() || unnamed {
            let expected = header.iter().filter(|h| !h.is_empty()).count();
            let found = if unnamed { expected + 1 } else { cells.len() };
            return Err(CatalogError::Cells { path: path.into(), line, found, expected });
        }
        rows.push(row(line, &header, cells));
    }
    Ok(rows)
}

fn check_header(path: &Path, header: &[String]) -> Result<(), CatalogError> {
    let named: Vec<&String> = header.iter().filter(|h| !h.is_empty()).collect();
    for (i, column) in named.iter().enumerate() {
        if named[..i].contains(column) {
            return Err(CatalogError::ColumnTwice { path: path.into(), column: (*column).clone() });
        }
    }
    if !named.iter().any(|h| *h == "file") {
        let found = named.iter().map(|h| format!("`{h}`")).collect::<Vec<_>>().join(", ");
        let found = if found.is_empty() { "none".into() } else { found };
        return Err(CatalogError::Column { path: path.into(), missing: "file", found });
    }
    Ok(())
}

fn row(line: u64, header: &[String], cells: Vec<String>) -> Row {
    let mut row = Row { line, ..Row::default() };
    for (column, value) in header.iter().zip(cells).filter(|(_, value)| !value.is_empty()) {
        match column.as_str() {
            "file" => row.file = value,
            "sku" => row.sku = Some(value),
            "view" => row.view = Some(value),
            "role" => row.role = Some(value),
            _ => {
                row.overrides.insert(column.clone(), value);
            }
        }
    }
    row
}

/// The line on which a record begins. The reader counts the empty lines before a record to the record.
fn first_line(text: &[u8], record: &ByteRecord) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let rest = text.get(position.byte() as usize..).unwrap_or_default();
    let empty = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|b| **b == b'\n').count();
    position.line() + empty as u64
}

fn delimiter(text: &[u8]) -> u8 {
    let header = text.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |d: u8| header.iter().filter(|b| **b == d).count();
    [b'\t', b';', b','].into_iter().max_by_key(|d| count(*d)).unwrap_or(b',')
}

fn word(bytes: &[u8]) -> String {
    cell(bytes).to_lowercase()
}

/// The text has been checked as a whole, so nothing is lost here.
fn cell(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}
