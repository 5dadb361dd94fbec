//! `uketsuke camera`: what a camera delivers; and the child process that holds it.

use std::io::{self, Write as _};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::{EXIT_FAILED, EXIT_OK};
use crate::camera::{
    CameraName, Exposure, FrameSource, Grab, Node, Opened, Present, Settings, present,
};
use crate::text::{Bilingual, Language};

/// Arguments of `uketsuke camera`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke camera --list
  uketsuke camera --camera v4l:0
  uketsuke camera --camera v4l:0 --seconds 10 --focus 120 --jsonl

Tells once a second what came: frames, frames left out, the age of the oldest one, brightness.
Exit codes: 0 frames came; 1 none did (why, in the last line), or no camera is listed; 2 wrong usage.")]
pub struct CameraArgs {
    /// Only tell which cameras there are / 接続中のカメラを一覧
    #[arg(long)]
    list: bool,
    /// The camera: v4l:0, or a folder played as one, replay:DIR@10 / カメラ
    #[arg(long, value_name = "CAMERA", default_value = "v4l:0")]
    camera: CameraName,
    /// How long to look / 調べる秒数
    #[arg(long, value_name = "N", default_value_t = 5)]
    seconds: u64,
    /// Send the lens there, in the camera's units / ピントの位置
    #[arg(long, value_name = "N")]
    focus: Option<i64>,
    /// Expose so long, in the camera's units: 156, 156:4 with a gain, or auto / 露出
    #[arg(long, value_name = "N")]
    exposure: Option<Exposure>,
    /// Print one JSON object an event / 1件の出来事ごとにJSONで出力
    #[arg(long)]
    jsonl: bool,
}

/// Arguments of the child process.
#[derive(Debug, Args)]
pub struct ChildArgs {
    #[arg(long)]
    device: Node,
    #[arg(long, allow_hyphen_values = true)]
    focus: Option<i64>,
    #[arg(long, allow_hyphen_values = true)]
    exposure: Option<Exposure>,
}

/// Runs the child process.
pub fn serve(args: &ChildArgs) -> anyhow::Result<u8> {
    let settings = Settings {
        focus: args.focus,
        exposure: args.exposure,
    };
    #[cfg(all(feature = "camera", target_os = "linux"))]
    crate::camera::serve(&args.device, settings)?;
    #[cfg(not(all(feature = "camera", target_os = "linux")))]
    let _ = settings;
    Ok(EXIT_OK)
}

/// Runs the subcommand.
pub fn run(args: &CameraArgs) -> anyhow::Result<u8> {
    let mut teller = Teller { jsonl: args.jsonl };
    let settings = Settings {
        focus: args.focus,
        exposure: args.exposure,
    };
    if args.list {
        return list(&mut teller, &present()?);
    }
    let mut source = args.camera.open(false, settings)?;
    look(source.as_mut(), args.seconds, &mut teller)
}

/// Tells which cameras there are.
fn list(teller: &mut Teller, present: &[Present]) -> anyhow::Result<u8> {
    for Present { camera, name } in present {
        let object = json!({"event": "present", "camera": camera.to_string(), "name": name});
        teller.line(&format!("{camera}  {name}"), &object)?;
    }
    if present.is_empty() {
        teller.words(
            "no_camera",
            &Bilingual::new(
                "カメラがありません。つないで、ケーブルを確かめてください",
                "there is no camera: plug one in, and check its cable",
            ),
        )?;
        return Ok(EXIT_FAILED);
    }
    Ok(EXIT_OK)
}

/// How the camera was opened.
fn opened(opened: &Opened) -> Value {
    let settings = opened.settings.iter().map(|setting| {
        json!({"name": setting.name, "wanted": setting.wanted, "is": setting.is, "holds": setting.holds()})
    });
    json!({
        "event": "opened", "name": opened.name, "format": opened.offer.to_string(),
        "settings": settings.collect::<Vec<_>>(),
    })
}

/// What came within a second.
#[derive(Default)]
struct Second {
    frames: u64,
    oldest: Duration,
    luma: f64,
}

fn look(source: &mut dyn FrameSource, seconds: u64, teller: &mut Teller) -> anyhow::Result<u8> {
    let start = source.now();
    let mut frames = 0;
    for second in 1..=seconds {
        let mut came = Second::default();
        let end = start + Duration::from_secs(second);
        loop {
            let patience = end.saturating_sub(source.now());
            if patience.is_zero() {
                break;
            }
            match source.next(patience)? {
                Grab::Frame(frame) => {
                    came.frames += 1;
                    came.oldest = came.oldest.max(source.now().saturating_sub(frame.at));
                    let pixels = frame.luma.as_raw().iter().step_by(97);
                    let count = pixels.len().max(1) as f64;
                    came.luma = pixels.map(|luma| f64::from(*luma)).sum::<f64>() / count / 255.0;
                }
                Grab::Opened(how) => teller.line("", &opened(&how))?,
                Grab::Lost(loss) => teller.words("camera_lost", &loss.words())?,
                Grab::Back => teller.line(
                    "✓ カメラが戻りました / the camera is back",
                    &json!({"event": "camera_back"}),
                )?,
                Grab::Nothing => {}
                Grab::Ended => return Ok(EXIT_OK),
            }
        }
        frames += came.frames;
        teller.second(&came, source.counts().dropped)?;
    }
    Ok(if frames > 0 { EXIT_OK } else { EXIT_FAILED })
}

/// Tells in words or as objects.
struct Teller {
    jsonl: bool,
}

impl Teller {
    fn second(&mut self, came: &Second, dropped: u64) -> io::Result<()> {
        let object = json!({
            "event": "second", "frames": came.frames, "dropped": dropped,
            "oldest_ms": came.oldest.as_millis() as u64, "exposure": came.luma,
        });
        self.line("", &object)
    }

    fn words(&mut self, event: &str, words: &Bilingual) -> io::Result<()> {
        let object = json!({
            "event": event, "ja": words.in_language(Language::Japanese),
            "en": words.in_language(Language::English),
        });
        self.line(&words.to_string(), &object)
    }

    fn line(&mut self, words: &str, object: &Value) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match (self.jsonl, object["event"].as_str()) {
            (true, _) => writeln!(out, "{object}")?,
            (false, Some("second")) => writeln!(
                out,
                "{:>3} コマ/秒 frames/s  {:>3} 欠落 dropped  最古 oldest {:>3} ms  明るさ brightness {:.2}",
                object["frames"],
                object["dropped"],
                object["oldest_ms"],
                object["exposure"].as_f64().unwrap_or(0.0)
            )?,
            (false, Some("opened")) => {
                let (name, format) = (object["name"].as_str(), object["format"].as_str());
                writeln!(out, "{}: {}", name.unwrap_or(""), format.unwrap_or(""))?;
                for setting in object["settings"].as_array().into_iter().flatten() {
                    writeln!(
                        out,
                        "  {}: {} → {}",
                        setting["name"], setting["wanted"], setting["is"]
                    )?;
                }
            }
            (false, _) => writeln!(out, "{words}")?,
        }
        out.flush()
    }
}
