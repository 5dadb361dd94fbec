//! Paths of pictures, from arguments and standard input.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Endings of the formats that are read.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "tif", "tiff", "webp"];

/// Largest file that is read, in bytes: more than any picture within the limits of
/// a picture's size.
const MAX_FILE: u64 = 256 * 1024 * 1024;

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

/// The bytes of a picture file. Devices and pipes have no end that can be relied
/// on, and are no pictures.
pub fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::metadata(path)?;
    if !file.is_file() || file.len() > MAX_FILE {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    std::fs::read(path)
}

/// The pictures directly in a folder, in name order.
pub fn pictures_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = (path.extension().and_then(|e| e.to_str())).map(str::to_ascii_lowercase);
        if ending.is_some_and(|e| ENDINGS.contains(&e.as_str())) && path.is_file() {
            pictures.push(path);
        }
    }
    pictures.sort();
    Ok(pictures)
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

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_is_not_read() {
        assert!(read(Path::new("/dev/zero")).is_err());
    }

    #[test]
    fn lines_that_are_not_utf_8_are_paths_and_empty_lines_are_not() {
        let lines = from_lines(&b"a.jpg\n\n\xff.jpg\n"[..]);
        assert_eq!(lines.count(), 2);
    }
}
