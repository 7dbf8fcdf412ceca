#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::thread;

use super::*;
use crate::catalog::{
    Flag, InputReport, ItemReport, Outcome, OutputReport, Problem, Role, RuleReport, Status, Step, Summary,
};
use crate::image::Size;
use crate::recipe::channel::{FileFormat, Finished, channel, judge};

fn item(sku: &str) -> Line {
    Line::Item(Box::new(ItemReport { sku: sku.into(), status: Status::Done, ..ItemReport::default() }))
}

fn full_item() -> ItemReport {
    let file = Finished::new(Size::new(400, 400), 9000, FileFormat::Jpeg);
    let rules = &channel("amazon-main").unwrap().rules;
    ItemReport {
        sku: "A\"1\n".into(),
        view: "front".into(),
        status: Status::Flagged,
        inputs: vec![InputReport {
            path: "a.jpg".into(),
            role: Role::Inner,
            bytes: Some(5),
            blake3: Some(blake3::hash(b"hello").to_hex().to_string()),
        }],
        backend: Some("cpu".into()),
        steps: vec![Step { op: "white_balance".into(), params: serde_json::Map::new() }],
        timings_ms: [("decode".to_owned(), 12.5)].into(),
        flags: vec![Flag { code: "Q-HALO".into(), reason: "the rim is lighter than the product".into() }],
        outputs: vec![OutputReport {
            channel: "amazon-main".into(),
            output: "main".into(),
            path: "A1.MAIN.jpg".into(),
            bytes: 9000,
            size: [400, 400],
            format: "JPEG".into(),
            rules: rules.iter().map(|r| RuleReport::new(r, judge(r, &file))).collect(),
        }],
        ..ItemReport::default()
    }
}

#[test]
fn lines_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.jsonl");
    let writer = ReportWriter::create(&path).unwrap();
    let problem =
        Problem::new(Path::new("x.txt"), "E-FILE-UNKNOWN", "not a picture", "rename it").at(Some(7));
    let outcome = Outcome { done: 1, failed: 1, ..Outcome::default() };
    let summary = Summary { version: "1".into(), outcome, exit_code: outcome.exit_code(false), wall_ms: 1.0 };
    let lines = [
        Line::Item(Box::new(full_item())),
        Line::Item(Box::new(ItemReport::from(&problem))),
        Line::Summary(summary),
    ];
    for line in &lines {
        writer.write(line).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(
        text.contains(r#""verdict":"broken","found":"400×400","wanted":"longer side of at least 500 px""#)
    );
    assert!(text.contains("manifest line 7: not a picture"));
    assert!(text.ends_with("\"failed\":1,\"temporary\":0,\"skipped\":0,\"exit_code\":3,\"wall_ms\":1.0}\n"));
    let back = read_report(&path).unwrap();
    assert_eq!((back.lines.as_slice(), back.unreadable.len()), (lines.as_slice(), 0));
}

#[test]
fn threads_do_not_mix_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.jsonl");
    let writer = ReportWriter::create(&path).unwrap();
    thread::scope(|scope| {
        for t in 0..4 {
            let writer = &writer;
            scope.spawn(move || (0..50).for_each(|i| writer.write(&item(&format!("{t}-{i}"))).unwrap()));
        }
    });
    let back = read_report(&path).unwrap();
    assert_eq!((back.lines.len(), back.unreadable.len()), (200, 0));
}

#[test]
fn a_torn_line_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.jsonl");
    ReportWriter::append(&path).unwrap().write(&item("A")).unwrap();
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"kind\":\"it").unwrap();
    ReportWriter::append(&path).unwrap().write(&item("B")).unwrap();
    let back = read_report(&path).unwrap();
    assert_eq!(back.lines, [item("A"), item("B")]);
    assert_eq!(back.unreadable, [2]);
}

/// Takes a few bytes, then is full, then takes all.
struct Filling(Arc<Mutex<(Vec<u8>, usize)>>);

impl Write for Filling {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap();
        if state.1 == 0 {
            state.1 = usize::MAX;
            return Err(io::ErrorKind::StorageFull.into());
        }
        let n = bytes.len().min(state.1);
        state.1 -= n;
        state.0.extend_from_slice(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_said_and_survived() {
    let state = Arc::new(Mutex::new((Vec::new(), 10)));
    let writer = ReportWriter::new(Path::new("r.jsonl"), Box::new(Filling(state.clone())));
    let error = writer.write(&item("A")).unwrap_err();
    assert!(
        error.is_temporary()
            && error.to_string().contains("no space")
            && error.to_string().contains("r.jsonl")
    );
    writer.write(&item("B")).unwrap();
    let text = String::from_utf8(state.lock().unwrap().0.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(serde_json::from_str::<Line>(lines[1]).unwrap(), item("B"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_said() {
    let writer = ReportWriter::create(Path::new("/dev/full")).unwrap();
    assert_eq!(writer.write(&item("A")).unwrap_err().code(), "E-REPORT-FULL");
}

#[test]
fn numbers_that_json_lacks_do_not_stop_the_report() {
    let mut report = full_item();
    report.timings_ms.insert("decode".into(), f64::NAN);
    let writer = ReportWriter::new(Path::new("r"), Box::new(io::sink()));
    writer.write(&Line::Item(Box::new(report))).unwrap();
}

#[test]
fn a_photograph_is_never_taken_for_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.jpg");
    std::fs::write(&path, [0xff, 0xd8]).unwrap();
    assert_eq!(ReportWriter::create(&path).unwrap_err().code(), "E-REPORT-FOREIGN");
    assert_eq!(ReportWriter::append(&path).unwrap_err().code(), "E-REPORT-FOREIGN");
    assert_eq!(std::fs::read(&path).unwrap(), [0xff, 0xd8]);
}
