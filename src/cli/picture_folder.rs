//! A folder of pictures of one scene, each at another position of the lens, as a camera.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::calibration::{LookError, TargetCamera};
use crate::camera::{pictures_in, read_picture};
use crate::optics::{
    CameraFormat, ExposureSetting, FocusPosition, FocusRange, FocusRangeError, Frame, decode_still,
};

/// A folder that is no camera.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    /// It cannot be opened, or holds no picture.
    #[error(
        "{folder}: 画像のあるフォルダではありません。場所を確かめてください / no folder of pictures: check the path"
    )]
    NoPictures {
        folder: String,
        #[source]
        source: std::io::Error,
    },
    /// A picture whose name tells no position, or one that another has too.
    #[error(
        "{file}: 名前の最後をピント位置の番号にしてください（例 focus_0120.png、番号は重複なし） / its name has to end with the lens position, like focus_0120.png, each position once"
    )]
    NoPosition { file: String },
    /// Positions that a lens cannot be sent to step by step.
    #[error(
        "ピント位置は等間隔にしてください。{position} の画像がありません / the lens positions have to be evenly spaced: there is no picture for {position}"
    )]
    Uneven { position: i32 },
    /// Too far apart.
    #[error(transparent)]
    Range(#[from] FocusRangeError),
}

/// The pictures of a folder, by lens position.
#[derive(Debug)]
pub(super) struct PictureFolder {
    name: String,
    pictures: BTreeMap<i32, PathBuf>,
    /// `None` when there is a single picture: a lens that cannot be moved.
    range: Option<FocusRange>,
    size: (u32, u32),
}

impl PictureFolder {
    /// Looks through a folder. A single picture needs no number: it is that of a lens that cannot
    /// be moved.
    pub(super) fn open(folder: &Path) -> Result<Self, FolderError> {
        let no_pictures = |source: std::io::Error| FolderError::NoPictures {
            folder: folder.display().to_string(),
            source,
        };
        let files = pictures_in(folder).map_err(no_pictures)?;
        let first = files.first().ok_or(std::io::ErrorKind::NotFound);
        let first = first.map_err(|kind| no_pictures(kind.into()))?.clone();
        let single = files.len() == 1;
        let mut by_position = BTreeMap::new();
        for file in files {
            let name = file.display().to_string();
            let position = position(&file).or(single.then_some(0));
            let taken = position.and_then(|position| by_position.insert(position, file));
            if position.is_none() || taken.is_some() {
                return Err(FolderError::NoPosition { file: name });
            }
        }
        let size = read(&first).map_or((0, 0), |frame| (frame.width(), frame.height()));
        let name = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Ok(Self {
            name: name
                .file_name()
                .map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
            range: range(by_position.keys().copied())?,
            pictures: by_position,
            size,
        })
    }
}

/// The number that a picture's name ends with.
fn position(file: &Path) -> Option<i32> {
    let name = file.file_stem()?.to_str()?;
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    name[name.len() - digits..].parse().ok()
}

/// The range of ascending positions, if they are several.
fn range(positions: impl Iterator<Item = i32>) -> Result<Option<FocusRange>, FolderError> {
    let positions: Vec<i32> = positions.collect();
    let [first, second, ..] = positions[..] else {
        return Ok(None);
    };
    let step = second - first;
    let expected = (0..).map(|n| first.saturating_add(step.saturating_mul(n)));
    let uneven = positions
        .iter()
        .zip(expected)
        .find(|(is, should)| *is != should);
    if let Some((_, position)) = uneven {
        return Err(FolderError::Uneven { position });
    }
    let last = positions.last().copied().unwrap_or(second);
    Ok(Some(FocusRange::new(first, last, step)?))
}

fn read(file: &Path) -> Result<Frame, LookError> {
    let bytes = read_picture(file)?;
    Ok(decode_still(&bytes)?)
}

impl TargetCamera for PictureFolder {
    fn format(&self) -> CameraFormat {
        CameraFormat {
            name: self.name.clone(),
            format: String::new(),
            size: self.size,
        }
    }

    fn focus_range(&self) -> Option<FocusRange> {
        self.range
    }

    fn exposure(&self) -> Option<ExposureSetting> {
        None
    }

    fn look(&mut self, position: Option<FocusPosition>) -> Result<Frame, LookError> {
        let picture = match position {
            Some(position) => self.pictures.get(&position.0),
            None => self.pictures.values().next(),
        };
        let picture = picture.ok_or("この位置の画像はありません / no picture for this position")?;
        read(picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let picture = image::GrayImage::from_pixel(64, 48, image::Luma([90]));
            picture.save(folder.path().join(name)).unwrap();
        }
        folder
    }

    #[test]
    fn pictures_are_found_by_the_lens_position_in_their_names() {
        let folder = folder(&["focus_0100.png", "focus_0110.png", "focus_0120.png"]);
        let mut camera = PictureFolder::open(folder.path()).unwrap();
        let range = camera.focus_range().unwrap();
        assert_eq!((range.min().0, range.max().0, range.step()), (100, 120, 10));
        assert_eq!(camera.format().size, (64, 48));
        assert!(camera.look(Some(FocusPosition(110))).is_ok());
        assert!(camera.look(Some(FocusPosition(111))).is_err());
    }

    #[test]
    fn a_single_picture_is_a_lens_that_cannot_be_moved() {
        let folder = folder(&["target.png"]);
        let mut camera = PictureFolder::open(folder.path()).unwrap();
        assert_eq!(camera.focus_range(), None);
        assert!(camera.look(None).is_ok());
    }

    #[test]
    fn folders_that_are_no_camera_are_told_why() {
        let told = |names: &[&str]| PictureFolder::open(folder(names).path()).unwrap_err();
        assert!(matches!(told(&[]), FolderError::NoPictures { .. }));
        assert!(matches!(
            told(&["a.png", "b.png"]),
            FolderError::NoPosition { .. }
        ));
        assert!(matches!(
            told(&["a1.png", "b1.png"]),
            FolderError::NoPosition { .. }
        ));
        let gap = told(&["f_10.png", "f_20.png", "f_40.png"]);
        assert!(matches!(gap, FolderError::Uneven { position: 30 }), "{gap}");
        assert!(PictureFolder::open(Path::new("/nowhere")).is_err());
    }

    #[test]
    fn a_picture_that_is_none_is_an_error_when_it_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("focus_1.png"), b"none").unwrap();
        let mut camera = PictureFolder::open(folder.path()).unwrap();
        assert!(camera.look(None).is_err());
    }
}
