//! Where the system has a camera device.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A camera device: `0`, or a path such as `/dev/v4l/by-id/…`, which stays the same camera whichever
/// is plugged in first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// `/dev/videoN`.
    Number(u32),
    /// A device's absolute path.
    Path(PathBuf),
}

/// Neither a number nor an absolute path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "装置は 0 のような番号か、/dev/v4l/by-id/… のようなパスで書いてください / write a device as a number, 0, or as a path, /dev/v4l/by-id/…"
)]
pub struct NoNode;

impl FromStr for Node {
    type Err = NoNode;

    fn from_str(text: &str) -> Result<Self, NoNode> {
        if text.starts_with('/') {
            return Ok(Self::Path(text.into()));
        }
        text.parse().map(Self::Number).map_err(|_| NoNode)
    }
}

impl Node {
    /// The file that is opened.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::Number(number) => Path::new("/dev").join(format!("video{number}")),
            Self::Path(path) => path.clone(),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_a_number_or_a_path_and_nothing_else() {
        for (text, path) in [
            ("2", "/dev/video2"),
            ("/dev/v4l/by-id/a@b", "/dev/v4l/by-id/a@b"),
        ] {
            let node: Node = text.parse().expect("a device");
            assert_eq!(node.path(), Path::new(path));
            assert_eq!(node.to_string(), text);
        }
        for text in ["", "-1", "video0", "../dev/video0", "99999999999"] {
            assert_eq!(text.parse::<Node>(), Err(NoNode), "{text}");
        }
    }
}
