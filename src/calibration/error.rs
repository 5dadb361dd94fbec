//! Why a mount cannot be calibrated: always with the remedy.

use std::error::Error;

use crate::optics::ProfileError;

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// The camera gave no picture.
    #[error(
        "カメラから画像を取れません。接続を確かめてください / no picture from the camera: check its connection"
    )]
    Camera(#[source] Box<dyn Error + Send + Sync>),
    /// No checkerboard to be seen.
    #[error(
        "校正用紙が見つかりません。calibration/target.pdf を印刷した面を上にして画面いっぱいに置き、照明をつけ、レンズを拭いてください / no calibration target in view: lay calibration/target.pdf, printed side up, so that it fills the picture, switch the light on, wipe the lens"
    )]
    NoTarget,
    /// A checkerboard, but not that one.
    #[error(
        "市松模様は見えますが、この校正用紙ではありません。calibration/target.pdf を印刷して使ってください / a checkerboard, but not this target: print calibration/target.pdf and use that"
    )]
    OtherTarget,
    /// Too soft to be measured.
    #[error(
        "ぼやけて校正用紙を読めません。レンズを拭き、カメラの高さを確かめ、動かさずにやり直してください / too blurred to read the target: wipe the lens, check the camera's height, keep it still, and try again"
    )]
    Blurred,
    /// Seen as in a mirror.
    #[error(
        "画像が左右反転しています。カメラの反転（ミラー）設定を切ってください / the picture is mirrored: switch the camera's mirror setting off"
    )]
    Mirrored,
    /// The target covers only a part of the picture.
    #[error(
        "校正用紙が画面の {percent} % にしか写っていません。市松模様が画面いっぱいになるように置いてください / the target covers only {percent} % of the picture: move it so that the board fills the picture"
    )]
    PartlyInView {
        /// How much of the picture it covers.
        percent: u32,
    },
    /// The ruler is not 150 mm long.
    #[error(
        "校正用紙が {percent:.1} % の大きさで印刷されています（定規の実測 {ruler_mm} mm、正しくは 150 mm）。「実際のサイズ・100 %」で印刷し直してください / the target is printed at {percent:.1} % (its ruler measures {ruler_mm} mm and not 150 mm): print it again at actual size, 100 %"
    )]
    PrintScale {
        /// The ruler as measured.
        ruler_mm: f64,
        /// The print's size.
        percent: f64,
    },
    /// The page is bent, or the lens is one that two coefficients do not describe.
    #[error(
        "目印の位置が合いません（ずれ {rms_px:.2} px）。用紙を平らに押さえ、動かさずにやり直してください / the target's corners do not fit (off by {rms_px:.2} px): hold the page flat, keep it still, and try again"
    )]
    BadFit {
        /// Root mean square of the corners' distances, in pixels.
        rms_px: f64,
    },
    /// No position of the lens is sharper than the others.
    #[error(
        "ピントの合う位置が見つかりません。用紙を置き、照明をつけ、カメラの自動ピントを切ってください / no lens position is sharper than the others: lay the target, switch the light on, and the camera's autofocus off"
    )]
    NoFocus,
    /// Pictures of another size than the camera says.
    #[error(
        "画像の大きさがカメラの設定（{width}×{height}）と違います。カメラを接続し直してください / pictures are not as large as the camera says ({width}×{height}): connect it again"
    )]
    OtherSize {
        /// Width as the camera says, in pixels.
        width: u32,
        /// Height as the camera says, in pixels.
        height: u32,
    },
    /// Nowhere are focus and light good enough for a label.
    #[error(
        "ラベルを置ける範囲がありません。白飛びせず暗すぎず均一に照らし、台を水平にしてやり直してください / nowhere are light and focus good enough for a label: light it evenly, neither dark nor saturated, level the stand, and try again"
    )]
    NoRegion,
    /// What was measured makes no sense.
    #[error(
        "測った値がおかしいです。台と用紙を確かめてやり直してください / what was measured makes no sense: check the stand and the target, and try again"
    )]
    Implausible(#[source] ProfileError),
}
