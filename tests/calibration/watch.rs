//! Days of vouchers on mounts that stand and on mounts that are moved.

use uketsuke::optics::{
    CameraFormat, Made, Mount, MountGeometry, MountWatch, Moved, Point, Profile, Region, ScaleSign,
    TileMap, VoucherSigns,
};

use super::runs;
use super::scene::Chance;

/// Vouchers of a busy day at one desk.
const VOUCHERS: usize = 400;

fn mount() -> Mount {
    let size = (1_920, 1_080);
    Mount::new(Profile {
        camera: CameraFormat {
            name: "camera".to_owned(),
            format: "MJPG".to_owned(),
            size,
        },
        focus: None,
        sharpness: 0.8,
        geometry: MountGeometry {
            size,
            px_per_mm: 18.0,
            distortion: [-0.03, 0.0],
            tilt_right: 0.02,
            tilt_down: 0.01,
            height_mm: 75.0,
        },
        region: Region {
            left: 0.0,
            top: 0.0,
            right: 1_920.0,
            bottom: 1_080.0,
        },
        exposure: None,
        white: 0.75,
        light: TileMap::new([[0.9; TileMap::COLUMNS]; TileMap::ROWS]),
        made: Made {
            date: jiff::civil::date(2021, 11, 20),
            program: "0.1.0".to_owned(),
            residual_px: 0.05,
            ruler_mm: None,
        },
    })
}

/// How a mount was moved: scale, focus and light, each as a factor.
#[derive(Clone, Copy, Debug)]
struct Change {
    scale: f64,
    focus: f64,
    light: f64,
}

const UNMOVED: Change = Change {
    scale: 1.0,
    focus: 1.0,
    light: 1.0,
};

/// What is told, and at which voucher, when a day's mount is changed after a quarter of it. Most
/// of the day's vouchers are of one town, whose printer has its own sizes; a third of the towns
/// print QRs.
fn day(seed: u64, change: Change) -> Vec<(usize, Moved)> {
    let mut chance = Chance::new(seed);
    let mount = mount();
    let mut watch = MountWatch::new(mount.clone());
    let with_qr = chance.between(0.0, 1.0) < 0.33;
    // DOMAIN.md: lines are 35–45 mm wide instead of 35; the digits' height varies as much less.
    let town_digits = chance.between(0.92, 1.10);
    let town_qr = 1.0 + 0.01 * chance.normal();
    let paper = chance.between(0.92, 1.02);
    let mut told = Vec::new();
    for n in 0..VOUCHERS {
        let now = if n >= VOUCHERS / 4 { change } else { UNMOVED };
        let foreign = chance.between(0.0, 1.0) < 0.15;
        let at = Point::new(
            chance.between(500.0, 1_400.0) as f32,
            chance.between(300.0, 800.0) as f32,
        );
        let scale = f64::from(mount.px_per_mm_at(at)) * now.scale;
        let mut print = |town: f64, spread: f64, noise: f64| {
            let own = if foreign {
                chance.between(1.0 - spread, 1.0 + spread)
            } else {
                town
            };
            (scale * own * (1.0 + noise * chance.normal())) as f32
        };
        let mut px_per_mm = vec![(ScaleSign::DigitHeight, print(town_digits, 0.12, 0.03))];
        if with_qr {
            px_per_mm.push((ScaleSign::Qr, print(town_qr, 0.03, 0.006)));
        }
        // Sheets that are not flat, and hands' shadows.
        let focus = (0.9 + 0.08 * chance.normal()
            - if chance.between(0.0, 1.0) < 0.1 {
                0.4
            } else {
                0.0
            })
            * now.focus;
        let shadow = if chance.between(0.0, 1.0) < 0.1 {
            0.6
        } else {
            1.0
        };
        let white = 0.75 * 0.9 * paper * shadow * (1.0 + 0.04 * chance.normal()) * now.light;
        let signs = VoucherSigns {
            at,
            px_per_mm,
            focus: Some(focus.clamp(0.0, 1.0) as f32),
            white: (white < 0.98).then_some(white as f32),
        };
        told.extend(watch.see(&signs).into_iter().map(|moved| (n, moved)));
    }
    told
}

#[test]
fn a_mount_that_stands_is_never_told_to_have_moved() {
    let days = runs(200, 2_000);
    let alarms: Vec<_> = (0..days)
        .map(|seed| (seed, day(50_000 + seed, UNMOVED)))
        .filter(|(_, told)| !told.is_empty())
        .collect();
    println!(
        "\nunmoved: {} false alarms in {days} days of {VOUCHERS} vouchers",
        alarms.len()
    );
    assert!(alarms.is_empty(), "{alarms:?}");
}

#[test]
fn a_mount_that_was_moved_is_told_once_and_soon() {
    let days = runs(50, 500);
    for (name, moved, change) in [
        (
            "seen 40 % larger",
            Moved::Scale,
            Change {
                scale: 1.4,
                ..UNMOVED
            },
        ),
        (
            "seen 30 % smaller",
            Moved::Scale,
            Change {
                scale: 0.7,
                ..UNMOVED
            },
        ),
        (
            "half as sharp",
            Moved::Focus,
            Change {
                focus: 0.5,
                ..UNMOVED
            },
        ),
        (
            "half the light",
            Moved::Light,
            Change {
                light: 0.5,
                ..UNMOVED
            },
        ),
    ] {
        let mut noticed = 0;
        let mut after = Vec::new();
        for seed in 0..days {
            let told = day(10_000 + seed, change);
            let times = told.iter().filter(|(_, what)| *what == moved).count();
            assert!(times <= 1, "told {times} times: seed {seed} {told:?}");
            if let Some((n, _)) = told.iter().find(|(_, what)| *what == moved) {
                noticed += 1;
                after.push(n - VOUCHERS / 4);
            }
        }
        after.sort_unstable();
        let median = after.get(after.len() / 2).copied().unwrap_or_default();
        println!(
            "{name:<18} noticed on {noticed} of {days} days, after {median} vouchers (median)"
        );
        assert_eq!(noticed, days, "{name}");
    }
}

/// With QRs a change of 8 % is told; without them digits alone cannot tell it from another
/// town's printer.
#[test]
fn a_mount_that_is_eight_per_cent_nearer_is_told_where_vouchers_have_a_qr() {
    let days = runs(100, 1_000);
    let noticed = (0..days)
        .filter(|seed| {
            !day(
                20_000 + seed,
                Change {
                    scale: 1.08,
                    ..UNMOVED
                },
            )
            .is_empty()
        })
        .count();
    println!("8 % nearer: noticed on {noticed} of {days} days, a third of which have QRs");
    assert!(noticed as f64 > 0.2 * days as f64);
}
