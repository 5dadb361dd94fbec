//! Why a camera cannot be used.

use std::path::PathBuf;

use super::format::Offer;

/// Why a camera cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CameraError {
    /// A folder that cannot be played.
    #[error(
        "{}: フォルダを開けません。場所を確かめてください / the folder cannot be opened: check the path", folder.display()
    )]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The name of a camera that is none.
    #[error(
        "{0}: カメラの指定が正しくありません。v4l:0 または replay:フォルダ@10 の形にしてください / not the name of a camera: write v4l:0 or replay:FOLDER@10"
    )]
    Name(String),
    /// Frames a second out of bounds.
    #[error(
        "{0}: 毎秒のコマ数は 0.01 以上 1000 以下にしてください / frames a second have to be from 0.01 to 1000"
    )]
    Rate(String),
    /// The device has no format that is read here.
    #[error(
        "このカメラの画像形式には対応していません({})。MJPG・YUYV・NV12・GREY のいずれかを出すカメラに替えてください / none of this camera's picture formats is read here ({}): use a camera that has MJPG, YUYV, NV12 or GREY",
        offers_in_words(.0), offers_in_words(.0)
    )]
    Formats(Vec<Offer>),
    /// A buffer with fewer bytes than its picture has.
    #[error(
        "カメラの画像が途中で切れています。ケーブルを差し直してください / the camera's picture is cut short: plug its cable in again ({is} of {needed} bytes)"
    )]
    Short {
        /// Bytes that are there.
        is: usize,
        /// Bytes that the picture needs.
        needed: usize,
    },
    /// A picture that is damaged.
    #[error(
        "カメラの画像が壊れています。ケーブルを差し直してください / the camera's picture is damaged: plug its cable in again"
    )]
    Damaged,
    /// The program cannot start its own child process.
    #[error(
        "カメラ用のプロセスを起動できません。端末を再起動してください / the process for the camera cannot be started: restart the tablet"
    )]
    Launch(#[source] std::io::Error),
    /// A device that cannot be opened or does not do as it is told; what the driver said.
    #[error(
        "カメラを開けません。接続と番号（uketsuke camera --list）、ほかのソフトが使っていないかを確かめてください / the camera cannot be opened: check that it is plugged in, its number (uketsuke camera --list), and that no other program uses it ({0})"
    )]
    Open(String),
    /// This build has no devices.
    #[error(
        "この版ではカメラ装置を使えません。Linux 用の、カメラ機能を含む版を使ってください / this build has no camera devices: use one for Linux, built with the feature `camera`"
    )]
    NoDevices,
}

/// Each format and size once, as `UYVY 1920×1080 30/s`.
fn offers_in_words(offers: &[Offer]) -> String {
    if offers.is_empty() {
        return "なし none".to_owned();
    }
    let words: Vec<String> = offers.iter().map(ToString::to_string).collect();
    words.join(", ")
}
