//! `uketsuke calibrate`: a printed target under the camera becomes a mount profile.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;

use super::camera_target::DeviceTarget;
use super::picture_folder::PictureFolder;
use super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE};
use crate::calibration::{Calibration, Settings, TargetCamera, calibrate, render};
use crate::camera::Exposure;
use crate::clock;

/// Height of the stand that the stations have, in millimetres.
const STAND_MM: f64 = 75.0;

/// Arguments of `uketsuke calibrate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke calibrate --camera v4l:0 -o mount.toml --ruler 150.0
  uketsuke calibrate --camera pictures:focus -o mount.toml --report calibration.html
  uketsuke scan --mount mount.toml voucher.jpg

Print calibration/target.pdf at 100 % and lay it under the camera so that the board fills the
picture. A folder of pictures has one for each lens position, which its name ends with:
focus_0120.png; the positions have to be evenly spaced.

Exit codes: 0 calibrated (what could be better is told); 1 not calibrated; 2 wrong usage.")]
pub struct CalibrateArgs {
    /// The camera: v4l:0, or pictures:DIR for a folder with a picture for each lens position / カメラ
    #[arg(long, value_name = "CAMERA")]
    camera: String,
    /// Where to write the mount profile / 校正ファイルの保存先
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Write a report with pictures, as HTML / 報告書（HTML）の保存先
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Length of the target's 150 mm ruler as measured, in mm / 用紙の定規（150 mm）の実測
    #[arg(long, value_name = "MM", value_parser = millimetres)]
    ruler: Option<f64>,
    /// Height of the lens over the table, in mm / レンズの高さ
    #[arg(long, value_name = "MM", default_value_t = STAND_MM, value_parser = millimetres)]
    height: f64,
}

fn millimetres(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(mm) if (10.0..=1000.0).contains(&mm) => Ok(mm),
        _ => Err(
            "10 から 1000 のミリ数にしてください / has to be millimetres from 10 to 1000"
                .to_owned(),
        ),
    }
}

/// Runs the subcommand; the exit code tells whether there is a profile.
pub fn run(args: &CalibrateArgs) -> anyhow::Result<u8> {
    let mut camera = match open(&args.camera) {
        Ok(camera) => camera,
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            return Ok(EXIT_USAGE);
        }
    };
    let settings = Settings {
        height_mm: args.height,
        ruler_mm: args.ruler,
        date: clock::day(jiff::Timestamp::now()),
        program: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let calibration = match calibrate(camera.as_mut(), &settings) {
        Ok(calibration) => calibration,
        Err(error) => {
            eprintln!("uketsuke: {:#}", anyhow::Error::new(error));
            return Ok(EXIT_FAILED);
        }
    };
    write(&args.output, &calibration.profile.to_toml())?;
    if let Some(report) = &args.report {
        let made_at = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M %Z").to_string();
        write(report, &render(&calibration, &made_at))?;
    }
    print(&mut std::io::stdout().lock(), &calibration, args)?;
    Ok(EXIT_OK)
}

/// The camera of that description.
fn open(camera: &str) -> anyhow::Result<Box<dyn TargetCamera>> {
    match camera.split_once(':') {
        Some(("pictures", folder)) => Ok(Box::new(PictureFolder::open(Path::new(folder))?)),
        Some(("v4l", node)) => {
            let target = DeviceTarget::open(node.parse()?);
            Ok(Box::new(target.map_err(|error| anyhow!("{error}"))?))
        }
        _ => bail!(
            "--camera {camera}: v4l:0 か pictures:フォルダ の形で指定してください / name a device, v4l:0, or a folder of pictures, pictures:DIR"
        ),
    }
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| {
        format!(
            "{}: 書けません。場所・空き容量・権限を確かめてください / cannot be written: check the path, free space and permissions",
            file.display()
        )
    })
}

/// What was measured, for people.
fn print(
    out: &mut impl Write,
    calibration: &Calibration,
    args: &CalibrateArgs,
) -> std::io::Result<()> {
    let profile = &calibration.profile;
    let geometry = &profile.geometry;
    let [k1, k2] = geometry.distortion;
    writeln!(
        out,
        "縮尺 scale              {:>9.3} px/mm",
        geometry.px_per_mm
    )?;
    if let Some(focus) = profile.focus {
        writeln!(out, "ピント focus            {:>9}", focus.position.0)?;
    }
    let exposure = profile
        .exposure
        .map_or(Exposure::Automatic, Exposure::Fixed);
    writeln!(out, "露出 exposure           {:>9}", exposure.to_string())?;
    writeln!(out, "鋭さ sharpness          {:>9.2}", profile.sharpness)?;
    writeln!(
        out,
        "傾き tilt               {:>9.2}°",
        geometry.tilt().to_degrees()
    )?;
    writeln!(out, "ゆがみ distortion       {:>+9.2} %", 100.0 * (k1 + k2))?;
    writeln!(
        out,
        "残差 residual           {:>9.3} px, {} corners",
        calibration.fit.rms(),
        calibration.fit.residuals.len()
    )?;
    let region = &profile.region;
    let (width, height) = region.size();
    writeln!(
        out,
        "使える範囲 region       {:.0}×{:.0} mm",
        f64::from(width) / geometry.px_per_mm,
        f64::from(height) / geometry.px_per_mm
    )?;
    for finding in &calibration.findings {
        writeln!(out, "! {finding}")?;
    }
    writeln!(out, "校正ファイル profile    {}", args.output.display())?;
    if let Some(report) = &args.report {
        writeln!(out, "報告書 report           {}", report.display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_of_another_kind_is_told_with_what_there_is() {
        let error = open("usb:0").err().unwrap().to_string();
        assert!(
            error.contains("usb:0") && error.contains("pictures:DIR"),
            "{error}"
        );
        assert!(open("pictures:/nowhere").is_err());
        assert!(millimetres("97").is_ok() && millimetres("nan").is_err());
    }
}
