//! Paths of pictures, from arguments and standard input.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::camera::pictures_in;

/// An input: a picture to read, or a path that cannot be one.
pub type Input = Result<PathBuf, (PathBuf, std::io::Error)>;

/// The inputs in order, each as soon as it is known. `-` reads paths from standard
/// input, one a line; a folder stands for the pictures directly in it, in name
/// order; one without any is an error.
pub fn list(paths: &[PathBuf]) -> impl Iterator<Item = Input> + Send {
    paths.iter().flat_map(|path| expand(path))
}

fn expand(path: &Path) -> Box<dyn Iterator<Item = Input> + Send> {
    if path != Path::new("-") {
        return Box::new(expand_folder(path).into_iter());
    }
    let lines = from_lines(BufReader::new(std::io::stdin()));
    Box::new(lines.flat_map(|line| match line {
        Ok(path) => expand_folder(&path),
        Err(error) => vec![Err((PathBuf::from("-"), error))],
    }))
}

fn expand_folder(path: &Path) -> Vec<Input> {
    if !path.is_dir() {
        return vec![Ok(path.to_owned())];
    }
    match pictures_in(path) {
        Ok(pictures) if pictures.is_empty() => {
            let empty = std::io::Error::from(std::io::ErrorKind::NotFound);
            vec![Err((path.to_owned(), empty))]
        }
        Ok(pictures) => pictures.into_iter().map(Ok).collect(),
        Err(error) => vec![Err((path.to_owned(), error))],
    }
}

/// One path a line, as raw bytes where the system has them: names that are not
/// UTF-8 are names all the same.
fn from_lines(input: impl BufRead) -> impl Iterator<Item = std::io::Result<PathBuf>> {
    input
        .split(b'\n')
        .map(|line| line.map(|bytes| PathBuf::from(os_string(bytes))))
        .filter(|line| !matches!(line, Ok(path) if path.as_os_str().is_empty()))
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    OsString::from(
        String::from_utf8_lossy(&bytes)
            .trim_end_matches('\r')
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_pictures_in_name_order() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.jpg", "a.PNG", "notes.txt"] {
            std::fs::write(folder.path().join(name), b"").expect("a file");
        }
        let names: Vec<_> = list(&[folder.path().to_owned()])
            .map(|input| input.expect("a path").file_name().map(ToOwned::to_owned))
            .collect();
        assert_eq!(names, [Some("a.PNG".into()), Some("b.jpg".into())]);
    }

    #[test]
    fn lines_that_are_not_utf_8_are_paths_and_empty_lines_are_not() {
        let lines = from_lines(&b"a.jpg\n\n\xff.jpg\n"[..]);
        assert_eq!(lines.count(), 2);
    }
}
