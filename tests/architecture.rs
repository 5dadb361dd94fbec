//! The floor plan holds: a room uses only the rooms that the map in `src/lib.rs` gives it.
//!
//! The map is the fenced block of `room -> room, room` lines in the library's own documentation,
//! so that what people read and what is enforced cannot drift apart. A room is a folder of `src/`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms each room may use.
type Map = BTreeMap<String, BTreeSet<String>>;

/// The map in the module documentation `source`: the first fenced block all of whose lines have
/// an arrow.
fn map_in(source: &str) -> Option<Map> {
    let docs: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .collect();
    docs.split(|line| line.starts_with("```"))
        .skip(1)
        .step_by(2)
        .find(|block| !block.is_empty() && block.iter().all(|line| line.contains("->")))
        .map(|block| block.iter().filter_map(|line| arrow_line(line)).collect())
}

fn arrow_line(line: &str) -> Option<(String, BTreeSet<String>)> {
    let (room, uses) = line.split_once("->")?;
    let uses = uses
        .split(',')
        .map(str::trim)
        .filter(|used| !used.is_empty())
        .map(str::to_owned)
        .collect();
    Some((room.trim().to_owned(), uses))
}

/// The first names below the crate's root that the code of `source` uses, with their line numbers.
///
/// `depth` is how many `super::` lead from the file's module to the root: 1 for a room's `mod.rs`.
/// From a module inside the file they lead elsewhere, so of these only names on `map` count.
fn roots_used(map: &Map, source: &str, depth: usize) -> Vec<(usize, String)> {
    let code: Vec<&str> = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect();
    let text = code.join("\n");
    let climb = "super::".repeat(depth);
    let mut found = Vec::new();
    for (prefix, certain) in [("crate::", true), (climb.as_str(), false)] {
        for (start, _) in text.match_indices(prefix) {
            let inside_a_name = text[..start]
                .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == ':');
            if !inside_a_name {
                let line = text[..start].matches('\n').count() + 1;
                let names = first_names(&text[start + prefix.len()..]);
                let names = names
                    .into_iter()
                    .filter(|name| certain || map.contains_key(name));
                found.extend(names.map(|name| (line, name)));
            }
        }
    }
    found
}

/// The first name of the path at the start of `rest`, or of each path of a `{…}` group.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let mut level = 0usize;
    let mut names = vec![String::new()];
    for c in group.chars() {
        match c {
            '}' if level == 0 => break,
            ',' if level == 0 => names.push(String::new()),
            _ => {
                level = match c {
                    '{' => level + 1,
                    '}' => level - 1,
                    _ => level,
                };
                if let Some(last) = names.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    names
        .iter()
        .map(|path| name(path))
        .filter(|n| !n.is_empty())
        .collect()
}

/// How many `super::` lead from the module of `file`, a path below `src/`, to the crate's root.
fn depth(file: &Path) -> usize {
    let parts = file.components().count();
    if file.ends_with("mod.rs") {
        parts - 1
    } else {
        parts
    }
}

/// What `source`, a file of `room`, does against `map`.
fn offences(map: &Map, room: &str, file: &Path, source: &str) -> Vec<String> {
    roots_used(map, source, depth(file))
        .into_iter()
        .filter(|(_, used)| used != room && !map.get(room).is_some_and(|uses| uses.contains(used)))
        .map(|(line, used)| format!("{}:{line}: {room} -> {used}", file.display()))
        .collect()
}

/// The rooms that can be reached from `room` along the arrows of `map`.
fn reachable(map: &Map, room: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = map.get(room).into_iter().flatten().cloned().collect();
    while let Some(next) = open.pop() {
        if seen.insert(next.clone()) {
            open.extend(map.get(&next).into_iter().flatten().cloned());
        }
    }
    seen
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn the_map() -> Map {
    let docs = fs::read_to_string(src().join("lib.rs")).expect("src/lib.rs is there");
    map_in(&docs).expect("src/lib.rs documents a ```text block of `room -> room, room` lines")
}

fn rooms() -> BTreeSet<String> {
    fs::read_dir(src())
        .expect("src is a folder")
        .map(|entry| entry.expect("an entry of src"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of src") {
        let path = entry.expect("an entry of src").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_room_has_a_line_on_the_map_and_every_line_a_room() {
    let drawn: BTreeSet<String> = the_map().into_keys().collect();
    assert_eq!(drawn, rooms(), "left: on the map, right: folders of src/");
}

#[test]
fn every_arrow_leads_to_a_room_and_none_leads_back() {
    let map = the_map();
    for (room, uses) in &map {
        let unknown: Vec<_> = uses
            .iter()
            .filter(|used| !map.contains_key(*used))
            .collect();
        assert!(unknown.is_empty(), "{room} -> {unknown:?}: no such room");
        assert!(
            !reachable(&map, room).contains(room),
            "data flows in a circle through {room}"
        );
    }
}

#[test]
fn no_room_uses_a_room_that_the_map_does_not_give_it() {
    let map = the_map();
    let mut found = Vec::new();
    for room in rooms() {
        for path in rust_files(&src().join(&room)) {
            let source = fs::read_to_string(&path).expect("a source file");
            let file = path.strip_prefix(src()).expect("below src");
            found.extend(offences(&map, &room, file, &source));
        }
    }
    assert!(
        found.is_empty(),
        "arrows that the map in src/lib.rs does not have:\n{}",
        found.join("\n")
    );
}

mod the_reader_of_arrows {
    use super::*;

    fn map() -> Map {
        map_in("//! Words -> words.\n//! ```\n//! let a = 1;\n//! ```\n//! ```text\n//! a ->\n//! b -> a\n//! c -> a, b\n//! ```\n")
            .expect("a map")
    }

    fn found(room: &str, file: &str, source: &str) -> Vec<String> {
        offences(&map(), room, Path::new(file), source)
    }

    #[test]
    fn takes_the_block_of_arrows_and_no_other() {
        assert_eq!(map().keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(map()["c"], BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn allows_the_room_itself_and_what_the_map_gives() {
        assert!(found("b", "b/x.rs", "use crate::a::T;\nuse crate::b::U;").is_empty());
    }

    #[test]
    fn finds_a_forbidden_use_with_its_line() {
        assert_eq!(
            found("a", "a/x.rs", "\nuse crate::b::T;"),
            ["a/x.rs:2: a -> b"]
        );
    }

    #[test]
    fn finds_a_forbidden_path_in_an_expression() {
        assert_eq!(
            found("a", "a/x.rs", "let t = crate::c::T;"),
            ["a/x.rs:1: a -> c"]
        );
    }

    #[test]
    fn looks_into_groups_over_several_lines() {
        let source = "use crate::{\n  a::{T, c},\n  c::U,\n};";
        assert_eq!(found("b", "b/x.rs", source), ["b/x.rs:1: b -> c"]);
    }

    #[test]
    fn follows_super_out_of_the_room_and_not_within_it() {
        assert_eq!(
            found("a", "a/mod.rs", "use super::b::T;"),
            ["a/mod.rs:1: a -> b"]
        );
        assert_eq!(
            found("a", "a/x.rs", "use super::super::b::T;"),
            ["a/x.rs:1: a -> b"]
        );
        assert!(found("a", "a/x.rs", "use super::b::T;").is_empty());
    }

    #[test]
    fn does_not_read_comments_or_macros_own_crate() {
        assert!(found("a", "a/x.rs", "// use crate::c;\n$crate::c!()").is_empty());
    }
}
