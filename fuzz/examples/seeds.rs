//! Writes `fuzz/seeds`: small inputs to start from, cut out of the shipped samples.
//!
//! `make fuzz-seeds` runs it. Same samples, same seeds; tells what each mark reads as.

use std::error::Error;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageEncoder, ImageFormat, Luma};
use serde::Deserialize;
use uketsuke::marks::{Mark, read_nw7, read_qr};
use uketsuke::optics::{OrientedBox, Plane, Point, decode_still, rectify};
use uketsuke_fuzz::Region;

type Outcome = Result<(), Box<dyn Error>>;
type Reader = fn(&Plane, &OrientedBox) -> Option<Mark>;

/// How the marks of one kind are cut out.
struct Cut {
    /// Its name in `truth.jsonl`.
    kind: &'static str,
    /// The samples.
    names: &'static [&'static str],
    /// What is shown along and across the mark, in shares of its size: quiet zones.
    shown: (f32, f32),
    /// Columns and rows of the seed.
    size: (usize, usize),
    /// How many rows of the picture each of them stands for.
    repeats: u8,
    /// Reads the mark.
    reader: Reader,
}

/// Bars as fine as in the samples, a row for each band of the reader's, and no more pixels than that takes.
const BARCODES: Cut = Cut {
    kind: "nw7",
    names: &[
        "n_00001", "n_00002", "n_00010", "h_00003", "h_00009", "h_00021",
    ],
    shown: (1.2, 1.0),
    size: (420, 12),
    repeats: 4,
    reader: read_nw7,
};

/// Four pixels a module.
const QRS: Cut = Cut {
    kind: "qr",
    names: &["n_00002", "n_00005", "n_00008"],
    shown: (1.25, 1.25),
    size: (128, 128),
    repeats: 1,
    reader: read_qr,
};

/// The sample that the pictures are made from.
const PICTURE: &str = "n_00002";

/// EXIF, little endian, with one entry: orientation 6, a quarter turn.
const TURNED: [u8; 26] = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

/// A line of `truth.jsonl`.
#[derive(Deserialize)]
struct Sample {
    file: String,
    elements: Vec<Element>,
}

/// Something printed on a sample, with its corners in reading order.
#[derive(Deserialize)]
struct Element {
    kind: String,
    corners: [(f32, f32); 4],
}

fn main() -> Outcome {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (seeds, set) = (fuzz.join("seeds"), fuzz.join("../samples/set"));
    marks(&seeds.join("nw7"), &set, &BARCODES)?;
    marks(&seeds.join("qr"), &set, &QRS)?;
    numbers(&seeds.join("number"))?;
    pictures(&seeds.join("picture"), &set)?;
    manifests(&seeds.join("manifest"))
}

/// A seed for the first mark of each sample.
fn marks(seeds: &Path, set: &Path, cut: &Cut) -> Outcome {
    for name in cut.names {
        let area = shown(element(set, name, cut.kind)?, cut.shown);
        let frame = decode_still(&fs::read(still(set, name))?)?;
        let seed = Region::whole_picture(&view(&frame.luma, &area, cut.size), cut.repeats);
        mark(seeds, name, &seed, cut.reader)?;
        if cut.kind == BARCODES.kind {
            let row = view(&frame.luma, &area, (2 * cut.size.0, 1));
            let seed = Region::bars(row.as_raw());
            mark(seeds, &format!("{name}_bars"), &seed, cut.reader)?;
        }
    }
    Ok(())
}

/// Writes a seed that shows a mark, and tells what it reads as.
fn mark(folder: &Path, name: &str, seed: &[u8], reader: Reader) -> Outcome {
    let region = Region::from_bytes(seed).ok_or("a seed is a region")?;
    let text = reader(&region.plane, &region.area).map(|mark| mark.text);
    println!("{name}: {text:?}");
    write(folder, name, seed)
}

fn view(frame: &Plane, area: &OrientedBox, (columns, rows): (usize, usize)) -> GrayImage {
    let strip = rectify(frame, area, columns, rows);
    let pixel = |x, y| Luma([(strip.row(y as usize)[x as usize] * 255.0).round() as u8]);
    GrayImage::from_fn(columns as u32, rows as u32, pixel)
}

/// Where in a sample the corners of the first element of a kind are.
fn element(set: &Path, name: &str, kind: &str) -> Result<[Point; 4], Box<dyn Error>> {
    let truth = fs::read_to_string(set.join("truth.jsonl"))?;
    for line in truth.lines() {
        let sample: Sample = serde_json::from_str(line)?;
        let mut elements = sample.elements.iter();
        if sample.file.contains(name)
            && let Some(element) = elements.find(|element| element.kind == kind)
        {
            return Ok(element.corners.map(|(x, y)| Point::new(x, y)));
        }
    }
    Err(format!("{name} has no {kind}").into())
}

fn shown(corners: [Point; 4], (along, across): (f32, f32)) -> OrientedBox {
    let [top_left, top_right, bottom_right, bottom_left] = corners;
    OrientedBox {
        centre: Point::new(
            (top_left.x + bottom_right.x) / 2.0,
            (top_left.y + bottom_right.y) / 2.0,
        ),
        angle: (top_right.y - top_left.y).atan2(top_right.x - top_left.x),
        length: top_left.distance(top_right) * along,
        height: top_left.distance(bottom_left) * across,
    }
}

fn still(set: &Path, name: &str) -> PathBuf {
    set.join("stills").join(name).with_extension("jpg")
}

fn numbers(seeds: &Path) -> Outcome {
    write(seeds, "voucher", b"211310160012345678")?;
    write(seeds, "municipality", b"131016")?;
    write(seeds, "personal", b"0012345678")?;
    write(seeds, "short", b"21131016001234567")?;
    write(seeds, "full_width", "２11310160012345678".as_bytes())?;
    write(seeds, "values", &[9; 18])
}

/// A small picture in every format that is read, and cut short.
fn pictures(seeds: &Path, set: &Path) -> Outcome {
    let frame = decode_still(&fs::read(still(set, PICTURE))?)?;
    let small = image::imageops::thumbnail(&*frame.luma, 40, 24);
    let (grey, colour) = (
        DynamicImage::from(small.clone()),
        DynamicImage::from(small).to_rgb8(),
    );
    let colour = DynamicImage::from(colour);
    let sixteen_bits = DynamicImage::from(grey.to_luma16());
    write(seeds, "grey_png", &encoded(&grey, ImageFormat::Png)?)?;
    write(
        seeds,
        "sixteen_bit_png",
        &encoded(&sixteen_bits, ImageFormat::Png)?,
    )?;
    write(seeds, "colour_webp", &encoded(&colour, ImageFormat::WebP)?)?;
    write(seeds, "grey_tiff", &encoded(&grey, ImageFormat::Tiff)?)?;
    write(seeds, "colour_jpeg", &encoded(&colour, ImageFormat::Jpeg)?)?;
    let grey_jpeg = encoded(&grey, ImageFormat::Jpeg)?;
    write(seeds, "cut_short_jpeg", &grey_jpeg[..grey_jpeg.len() - 2])?;
    write(seeds, "turned_jpeg", &turned_jpeg(&grey)?)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format)?;
    Ok(bytes.into_inner())
}

fn turned_jpeg(picture: &DynamicImage) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(TURNED.to_vec())?;
    picture.write_with_encoder(encoder)?;
    Ok(bytes)
}

fn manifests(seeds: &Path) -> Outcome {
    let manifest = "file,expected_number,expected_outcome,condition\n\
        a.png,211310160012345678,read,plain\nb.png,,refuse,\"a, b\"\n";
    let truth = "order,number,note\n1,211310160012345678,\n2,211310160012345678,again\n";
    write(seeds, "set", format!("{manifest}\0{truth}").as_bytes())?;
    write(seeds, "marked", format!("\u{feff}{manifest}").as_bytes())?;
    write(
        seeds,
        "climbing",
        manifest.replace("b.png", "a/../../b").as_bytes(),
    )?;
    write(seeds, "missing_column", b"file,expected_number\na.png,1\n")?;
    write(seeds, "wrong", manifest.replace("read", "maybe").as_bytes())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Outcome {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(name), bytes)?;
    Ok(())
}
