//! Pictures in files: which of a folder's files are some, and their bytes.

use std::path::{Path, PathBuf};

/// Endings of the formats that are read.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "tif", "tiff", "webp"];

/// Largest file that is read, in bytes: more than any picture within the limits of
/// a picture's size.
const MAX_FILE: u64 = 256 * 1024 * 1024;

/// The bytes of a picture file.
///
/// # Errors
/// When it cannot be opened. Devices and pipes have no end that can be relied on, and are
/// no pictures.
pub fn read_picture(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::metadata(path)?;
    if !file.is_file() || file.len() > MAX_FILE {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    std::fs::read(path)
}

/// The pictures directly in a folder, in name order.
///
/// # Errors
/// When the folder cannot be opened.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_device_without_end_is_not_read() {
        assert!(read_picture(Path::new("/dev/zero")).is_err());
    }
}
