//! CIEDE2000 against the whole published table, where the shared data are at hand.

use packshot::image::delta_e2000;

#[test]
fn every_published_pair() {
    let Some(folder) = std::env::var_os("PACKSHOT_DATA") else {
        eprintln!("PACKSHOT_DATA is not set: the published table was not read");
        return;
    };
    let path = std::path::Path::new(&folder).join("colour/de2000/sharma34.csv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| unreachable!("{}: {e}", path.display()));
    let mut pairs = 0;
    for line in text.lines() {
        let numbers: Vec<f64> = line.split(',').filter_map(|v| v.trim().parse().ok()).collect();
        let &[l1, a1, b1, l2, a2, b2, wanted] = numbers.as_slice() else { continue };
        let found = delta_e2000([l1, a1, b1], [l2, a2, b2]);
        assert!((found - wanted).abs() <= 5e-5, "{line}: {found}");
        pairs += 1;
    }
    assert_eq!(pairs, 34);
}
