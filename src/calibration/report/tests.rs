use super::super::fit::{PagePlace, SeenCorner};
use super::super::light::Light;
use super::super::target::Corner;
use super::*;
use crate::calibration::Fit;
use crate::optics::{FocusPosition, Frame, Point, Profile, Sharpness, TablePoint, TileMap};

fn calibration() -> Calibration {
    let mut profile = Profile::example();
    profile.camera.name = "<script>alert(1)</script>".to_owned();
    let seen = |column| SeenCorner {
        corner: Corner { column, row: 3 },
        at: Point::new(100.0 * column as f32, 300.0),
    };
    Calibration {
        findings: vec![Finding::Tilted(3.25)],
        frame: Frame::still(image::GrayImage::from_pixel(
            1_920,
            1_080,
            image::Luma([190]),
        )),
        fit: Fit {
            geometry: profile.geometry,
            page: PagePlace {
                origin: TablePoint::new(0.0, 0.0),
                angle: 0.0,
                print_scale: 1.0,
                stretch: 1.0,
            },
            residuals: vec![(seen(3), [0.1, -0.1]), (seen(4), [0.0, 0.05])],
            left_out: vec![seen(9)],
        },
        sweep: vec![
            (FocusPosition(0), Sharpness(0.1)),
            (FocusPosition(120), Sharpness(0.9)),
        ],
        focus: TileMap::new([[0.8; TileMap::COLUMNS]; TileMap::ROWS]),
        light: Light {
            white: 0.75,
            map: TileMap::new([[0.9; TileMap::COLUMNS]; TileMap::ROWS]),
            tones: [1.0, 0.8, 0.6, 0.4, 0.2, 0.1],
        },
        profile,
    }
}

#[test]
fn a_report_asks_for_nothing_outside_itself_and_a_cameras_name_is_no_markup() {
    let page = render(&calibration(), "2021-11-20");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"));
    for outside in [
        "http://", "https://", "url(", "@import", "<link", "src=\"//",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("data:image/jpeg;base64,"));
}

#[test]
fn figures_findings_and_every_drawing_are_shown() {
    let page = render(&calibration(), "2021-11-20");
    assert!(page.contains("19.81 <small>px/mm") && page.contains("傾いています"));
    assert!(page.contains("2 corners, 1 left out") && page.contains("class=\"seal fail\""));
    assert_eq!(page.matches("<svg").count(), 5);
}

#[test]
fn a_lens_that_cannot_be_moved_has_no_curve_and_no_findings_are_good() {
    let mut calibration = calibration();
    calibration.profile.focus = None;
    calibration.findings.clear();
    let page = render(&calibration, "2021-11-20");
    assert_eq!(page.matches("<svg").count(), 4);
    assert!(page.contains("class=\"seal pass\""));
}
