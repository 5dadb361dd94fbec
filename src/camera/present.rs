//! Which cameras the system has, without opening any: a driver that hangs does so when it is opened.

use std::io;
use std::path::Path;

use super::name::CameraName;
use super::node::Node;

/// Where the kernel lists what V4L2 knows.
const LIST: &str = "/sys/class/video4linux";

/// A camera that is plugged in.
#[derive(Debug, Clone, PartialEq)]
pub struct Present {
    /// What it is called here.
    pub camera: CameraName,
    /// What its driver calls it.
    pub name: String,
}

/// The cameras that are plugged in, by number.
///
/// # Errors
/// When the system's list cannot be read.
pub fn present() -> io::Result<Vec<Present>> {
    present_in(Path::new(LIST))
}

fn present_in(list: &Path) -> io::Result<Vec<Present>> {
    let entries = match std::fs::read_dir(list) {
        // There is no list before the first camera.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut present = Vec::new();
    for entry in entries {
        present.extend(camera_at(&entry?.path()));
    }
    present.sort_by_key(|(number, _)| *number);
    Ok(present.into_iter().map(|(_, camera)| camera).collect())
}

/// The camera of one entry. Of several that belong to one camera only the first has pictures; the
/// others have what describes them.
fn camera_at(entry: &Path) -> Option<(u32, Present)> {
    let file = entry.file_name()?.to_str()?;
    let number = file.strip_prefix("video")?.parse().ok()?;
    let index = std::fs::read_to_string(entry.join("index")).unwrap_or_default();
    if !matches!(index.trim(), "" | "0") {
        return None;
    }
    let name = std::fs::read_to_string(entry.join("name")).unwrap_or_default();
    let present = Present {
        camera: CameraName::V4l(Node::Number(number)),
        name: name.trim().to_owned(),
    };
    Some((number, present))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cameras_are_listed_by_number_and_each_once() {
        let list = tempfile::tempdir().expect("a folder");
        for (file, name, index) in [
            ("video10", "USB Camera", "0"),
            ("video2", "Built in", "0"),
            ("video3", "Built in", "1"),
            ("v4l-subdev0", "sensor", "0"),
        ] {
            let entry = list.path().join(file);
            std::fs::create_dir(&entry).expect("a folder");
            std::fs::write(entry.join("name"), format!("{name}\n")).expect("written");
            std::fs::write(entry.join("index"), format!("{index}\n")).expect("written");
        }
        let present = present_in(list.path()).expect("a list");
        let told: Vec<_> = present
            .iter()
            .map(|present| format!("{} {}", present.camera, present.name))
            .collect();
        assert_eq!(told, ["v4l:2 Built in", "v4l:10 USB Camera"]);
    }

    #[test]
    fn without_any_camera_the_list_is_empty() {
        let nowhere = Path::new("/nowhere/video4linux");
        assert_eq!(present_in(nowhere).expect("a list"), []);
    }
}
