#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use super::*;

struct Studio(tempfile::TempDir);

impl Studio {
    fn new(files: &[&str]) -> Self {
        let studio = Self(tempfile::tempdir().unwrap());
        for file in files {
            studio.write(file, b"x");
        }
        studio
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    fn find(&self) -> Catalog {
        discover(&[self.0.path().into()], &Pattern::default(), None).unwrap()
    }

    fn manifest(&self, text: &str) -> Result<Catalog, CatalogError> {
        self.write("list.csv", text.as_bytes());
        discover(&[], &Pattern::default(), Some(&self.path("list.csv")))
    }
}

fn names(catalog: &Catalog) -> Vec<String> {
    let roles = |i: &Item| i.shots.iter().map(|s| s.role.word()).collect::<Vec<_>>().join("+");
    catalog.items.iter().map(|i| format!("{} {} {}", i.sku, i.view, roles(i))).collect()
}

fn codes(catalog: &Catalog) -> Vec<&'static str> {
    catalog.problems.iter().map(|p| p.code).collect()
}

#[test]
fn a_folder_becomes_items_in_byte_order() {
    let studio =
        Studio::new(&["b_front.jpg", "a_back.PNG", "a_back_inner.tif", "B2.webp", "notes.txt", "a.xmp"]);
    let found = studio.find();
    assert_eq!(names(&found), ["B2 front front", "a back front+inner", "b front front"]);
    assert_eq!(codes(&found), [""; 0]);
}

#[test]
fn nothing_is_passed_over_in_silence() {
    let studio = Studio::new(&[
        "a.jpg",
        ".DS_Store",
        "._a.jpg",
        ".b.jpg",
        "c.cr3",
        "d.jqg",
        "noext",
        "folder.jpg/x",
        "sub/y.jpg",
        ".git/config",
        "e_inner.jpg",
    ]);
    let found = studio.find();
    assert_eq!(names(&found), ["a front front"]);
    let mut codes = codes(&found);
    codes.sort_unstable();
    let expected = [
        "E-FILE-FOLDER",
        "E-FILE-FORMAT",
        "E-FILE-HIDDEN",
        "E-FILE-UNKNOWN",
        "E-FILE-UNKNOWN",
        "E-ITEM-FRONT",
    ];
    assert_eq!(codes, expected);
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    assert!(found.problems.iter().all(|p| !p.help.is_empty() && !p.what.is_empty()));
}

#[test]
fn a_file_that_was_named_twice_is_taken_once() {
    let studio = Studio::new(&["a.jpg", "s/b.jpg"]);
    let inputs = [
        studio.path("a.jpg"),
        studio.0.path().into(),
        studio.path("s/../a.jpg"),
        studio.path("s"),
        studio.path("s"),
    ];
    let found = discover(&inputs, &Pattern::default(), None).unwrap();
    assert_eq!(names(&found), ["a front front", "b front front"]);
    assert_eq!(codes(&found), [""; 0]);
}

#[test]
fn missing_inputs_stop_the_run_and_odd_ones_are_problems() {
    let studio = Studio::new(&["a.txt"]);
    let missing = discover(&[studio.path("none.jpg")], &Pattern::default(), None).unwrap_err();
    assert!(missing.code() == "E-INPUT" && missing.to_string().contains("none.jpg"));
    let found = discover(&[studio.path("a.txt")], &Pattern::default(), None).unwrap();
    assert_eq!(codes(&found), ["E-FILE-UNKNOWN"], "a file that was named is never passed over");
}

#[test]
fn the_later_of_two_items_with_one_name_is_a_problem() {
    let studio = Studio::new(&["A_x.jpg", "a_X.jpg", "b.jpg", "b.png"]);
    let found = studio.find();
    assert_eq!(names(&found), ["A x front", "b front front"]);
    assert_eq!(codes(&found), ["E-SHOT-TWICE", "E-ITEM-TWICE"]);
    assert!(found.problems[1].path.ends_with("a_X.jpg") && found.problems[0].path.ends_with("b.png"));
}

#[test]
fn own_patterns_fall_back_to_the_stem_with_a_note() {
    let studio = Studio::new(&["AB-12-top.jpg", "plain.jpg"]);
    let pattern = "{sku}-{view}".parse().unwrap();
    let found = discover(&[studio.0.path().into()], &pattern, None).unwrap();
    assert_eq!(names(&found), ["AB-12 top front", "plain front front"]);
    assert!(found.items[0].notes.is_empty() && found.items[1].notes[0].contains("{sku}-{view}"));
}

#[test]
fn a_manifest_says_what_files_are() {
    let studio = Studio::new(&["p/1.jpg", "p/2.jpg", "p/3_inner.jpg", "p/4_back.jpg", "plate.tif"]);
    let text = "\u{feff}File;SKU;view;role;grey;box\r\n\
                p/2.jpg;../S;back;;;\r\n\
                \r\n\
                plate.tif;../S;back;plate;;\r\n\
                p/1.jpg;S;;FRONT;1,2,3,4;\r\n\
                p/3_inner.jpg;S;front;inner;1,2,3,4;5,6,7,8\r\n\
                plate.tif;S;front;plate;;\r\n\
                p/4_back.jpg;;;;;\r\n\
                ;;;;;\r\n";
    let found = studio.manifest(text).unwrap();
    assert_eq!(names(&found), ["../S back front+plate", "S front front+inner+plate", "4 back front"]);
    assert_eq!(codes(&found), [""; 0]);
    let overrides = &found.items[1].overrides;
    assert_eq!((overrides["grey"].as_str(), overrides["box"].as_str()), ("1,2,3,4", "5,6,7,8"));
    assert_eq!(found.items[0].safe_names(), Some(("%2E.%2FS".into(), "back".into())));
}

#[test]
fn problems_of_rows_name_their_lines_and_hold_the_item_back() {
    let studio = Studio::new(&["a.jpg", "b.jpg", "c.jpg", "d.jpg"]);
    let text = "file,sku,view,role,grey\n\
                a.jpg,A,front,,\n\
                gone.jpg,A,front,inner,\n\
                \"b.jpg\",B,front,\"\",1\n\
                b.jpg,B,front,,1\n\
                \n\
                c.jpg,C,front,side,\n\
                ,D,front,,\n\
                d.jpg,E,front,,1\n\
                c.jpg,E,front,inner,2\n\
                d.jpg,NUL,front,,\n";
    let found = studio.manifest(text).unwrap();
    assert_eq!(names(&found), ["B front front", "NUL front front"]);
    let lines: Vec<_> = found.problems.iter().map(|p| (p.line.unwrap(), p.code)).collect();
    let expected = [
        (3, "E-FILE-READ"),
        (5, "E-SHOT-TWICE"),
        (7, "E-MANIFEST-ROLE"),
        (8, "E-MANIFEST-FILE"),
        (10, "E-MANIFEST-CONFLICT"),
    ];
    assert_eq!(lines, expected);
    assert!(found.problems[1].what.contains("line 4"), "{}", found.problems[1].what);
    assert_eq!(found.items[1].safe_names().unwrap().0, "%4EUL");
}

#[test]
fn broken_manifests_stop_the_run_with_a_line() {
    let studio = Studio::new(&["a.jpg"]);
    let error = |text: &str| studio.manifest(text).unwrap_err().to_string();
    assert!(
        error("sku,view\nA,front\n")
            .contains("line 1: column `file` is missing; the columns are `sku`, `view`")
    );
    assert!(error("").contains("the columns are none"));
    assert!(error("file,sku,SKU\n").contains("`sku` is there twice"));
    assert!(error("file,sku\na.jpg,A\na.jpg,A,back\n").contains("line 3: 3 cells, the header has 2"));
    assert!(error("file,sku,\na.jpg,A,\na.jpg,A,x\n").contains("line 3: 3 cells, the header has 2"));
    studio.write("list.csv", b"file,sku\na.jpg,\"A\nB\"\na.jpg,Gr\xf6\xdfe\n");
    let latin = discover(&[], &Pattern::default(), Some(&studio.path("list.csv"))).unwrap_err();
    assert!(latin.to_string().contains("line 4: not UTF-8") && latin.help().contains("UTF-8"));
    let gone = discover(&[], &Pattern::default(), Some(&studio.path("gone.csv"))).unwrap_err();
    assert_eq!(gone.code(), "E-MANIFEST-READ");
}

#[test]
fn a_file_that_the_manifest_names_is_not_found_again() {
    let studio = Studio::new(&["a.jpg", "b.jpg"]);
    studio.write("list.csv", b"file,sku,role\na.jpg,X,\n");
    let found =
        discover(&[studio.0.path().into()], &Pattern::default(), Some(&studio.path("list.csv"))).unwrap();
    assert_eq!(names(&found), ["X front front", "b front front"]);
}

#[test]
fn hostile_names_of_rows_are_refused_or_made_safe() {
    let studio = Studio::new(&["a.jpg"]);
    let long = "L".repeat(300);
    let text = format!("file,sku,view\na.jpg,{long},\u{202e}v\n\"a\0.jpg\",Z,v\na.jpg,\"\u{200b}\",v\n");
    let found = studio.manifest(&text).unwrap();
    assert_eq!(found.items.len(), 2);
    let (sku, view) = found.items[0].safe_names().unwrap();
    assert!(sku.len() <= 100 && sku.starts_with("LLL") && view == "%E2%80%AEv");
    assert_eq!(codes(&found), ["E-MANIFEST-FILE"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_links_and_pipes_work_or_are_problems() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let studio = Studio::new(&["a.jpg"]);
    let raw = studio.0.path().join(OsStr::from_bytes(b"s\xff_back.jpg"));
    fs::write(&raw, b"x").unwrap();
    symlink(studio.path("a.jpg"), studio.path("link.jpg")).unwrap();
    symlink(studio.path("gone"), studio.path("broken.jpg")).unwrap();
    std::os::unix::net::UnixListener::bind(studio.path("socket.jpg")).unwrap();
    let found = studio.find();
    assert_eq!(names(&found), ["a front front", "link front front", "s%FF back front"]);
    assert_eq!(found.items[2].shots[0].path, raw);
    assert!(found.items[2].notes[0].contains("UTF-8"));
    assert_eq!(codes(&found), ["E-FILE-READ", "E-FILE-KIND"]);
}

#[test]
fn charts_and_grey_cards_stand_for_the_shots_that_follow_in_their_folder() {
    let studio = Studio::new(&[
        "a.jpg",
        "b_chart.jpg",
        "c.jpg",
        "d_grey.jpg",
        "e.jpg",
        "e_chart.jpg",
        "f_chart.jpg",
        "g.jpg",
        "z_grey.jpg",
    ]);
    let found = studio.find();
    let wanted =
        ["a front front", "c front front+chart", "e front front+chart+grey", "g front front+chart+grey"];
    assert_eq!(names(&found), wanted);
    let chart = |i: usize| {
        let shot = found.items[i].shot(Role::Chart).unwrap();
        shot.path.file_name().unwrap().to_string_lossy().into_owned()
    };
    assert_eq!([chart(1), chart(2), chart(3)], ["b_chart.jpg", "e_chart.jpg", "f_chart.jpg"]);
    assert_eq!(codes(&found), [""; 0]);
    assert!(found.notes.len() == 1 && found.notes[0].contains("z_grey.jpg"), "{:?}", found.notes);
    // Another folder is another set.
    studio.write("other/h.jpg", b"x");
    let both = [studio.0.path().into(), studio.path("other")];
    let found = discover(&both, &Pattern::default(), None).unwrap();
    assert!(names(&found).contains(&"h front front".to_owned()));
}

#[test]
fn a_chart_that_cannot_be_used_ends_the_rule_of_the_one_before() {
    let studio = Studio::new(&["a_chart.jpg", "b.jpg", "d.jpg"]);
    let found = studio
        .manifest("file,sku,role\na_chart.jpg,a,chart\nb.jpg,b,front\ngone.jpg,c,chart\nd.jpg,d,front\n")
        .unwrap();
    assert_eq!(names(&found), ["b front front+chart", "d front front"]);
    assert_eq!(codes(&found), ["E-FILE-READ"]);
}
