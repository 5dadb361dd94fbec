//! `uketsuke` (受付, reception desk): a voucher intake station for Japanese
//! vaccination venues.
//!
//! A voucher lies under the camera. The station reads its NW-7 barcode, its QR
//! and its 18-digit OCR line, and hands out a number only when two independent
//! witnesses stand behind it and nothing contradicts them.
//!
//! What was recorded is kept, encrypted and durable, and delivered to a record API once in effect.
//!
//! # The map
//!
//! Data flows one way, from the frame on the left to the verdict on the right:
//!
//! ```text
//!  frame ──▶ optics ──▶ layout ─┬─▶ marks ─┐
//!           (geometry, (where to └─▶ ocr ──┴─▶ reading ──▶ cli, qa
//!            quality)    read)   (bars, QR,   (witnesses,
//!                                 digits)      verdict)
//!
//!  record ──▶ intake ──▶ store ──▶ sync ──▶ record API (or sandbox)
//!            (rules)    (book,    (plan, outcome,
//!                        outbox)   retry)
//! ```
//!
//! | room | what lives there |
//! |---|---|
//! | [`voucher`] | the 18-digit number and its parts, check digit, the list of municipalities |
//! | [`optics`] | frames, geometry, rectified strips, measured picture quality, the mount and its profile, where the lens is sharpest |
//! | [`camera`] | where frames come from: a folder played at a rate, a device |
//! | [`calibration`] | a printed target under the camera becomes a mount profile |
//! | [`nets`] | runs the small convolutional nets that find and read |
//! | [`layout`] | the finder: where in a frame digits, bars, QR and labels are |
//! | [`marks`] | NW-7 and QR, with corner points |
//! | [`ocr`] | recognisers A and B for digit lines, the reader of printed headings |
//! | [`reading`] | witnesses, the verdict, the presentation, the pipeline that ties them |
//! | [`intake`] | sessions, records, products, lots, and the rules that look at them |
//! | `desk` | the reception desk: what becomes of each voucher, from the table to the close of day (feature `records`) |
//! | [`store`] | the encrypted book: outbox, audit, watermark, second copy |
//! | [`exchange`] | the forms in which records come and go: CSV, FHIR |
//! | `station` | desk, book, camera and delivery running together (feature `records`) |
//! | [`sync`] | delivery to the record API: what to send, what an answer means, when to try again |
//! | `sandbox` | a record API to practise on (feature `sandbox`) |
//! | `app` | the screen: draws what the station does, sends what people do (feature `gui`) |
//! | [`keys`], [`accounts`] | where keys are kept; who works here |
//! | [`config`], [`text`], [`clock`] | the one configuration, words in two languages, time |
//! | [`qa`] | run a sample set, score it, report |
//! | [`cli`] | one file a subcommand |
//!
//! Who may use whom. `tests/architecture.rs` reads this block and fails on any
//! other arrow:
//!
//! ```text
//! voucher  ->
//! optics   ->
//! nets     ->
//! layout   -> optics, nets
//! marks    -> optics
//! ocr      -> optics, nets
//! reading  -> voucher, optics, nets, layout, marks, ocr
//! text     ->
//! camera   -> optics, text
//! calibration -> optics, text
//! clock    ->
//! intake   -> voucher, text
//! desk     -> voucher, text, reading, intake
//! keys     -> intake, text
//! accounts -> text, clock, intake, keys
//! config   -> voucher, intake, keys
//! exchange -> voucher, text, clock, intake
//! store    -> voucher, clock, config, intake, keys, accounts
//! sync     -> voucher, text, clock, config, intake, keys, exchange, store
//! sandbox  -> voucher, text, clock, intake, keys, exchange, sync
//! qa       -> voucher, optics, reading, text
//! station  -> voucher, optics, layout, marks, reading, text, clock, intake, accounts, exchange, desk, store, sync, camera
//! app      -> voucher, optics, layout, reading, text, clock, intake, accounts, desk, store, sync, camera, station
//! cli      -> voucher, optics, camera, calibration, marks, ocr, reading, qa, text, clock, intake, keys, accounts, config, exchange, store, sync, sandbox, desk, station, app
//! ```
#![forbid(unsafe_code)]

#[cfg(feature = "records")]
pub mod accounts;
#[cfg(feature = "gui")]
pub mod app;
pub mod calibration;
pub mod camera;
pub mod cli;
pub mod clock;
#[cfg(feature = "records")]
pub mod config;
#[cfg(feature = "records")]
pub mod desk;
#[cfg(feature = "records")]
pub mod exchange;
pub mod intake;
#[cfg(feature = "records")]
pub mod keys;
pub mod layout;
pub mod marks;
pub mod nets;
pub mod ocr;
pub mod optics;
pub mod qa;
pub mod reading;
#[cfg(feature = "sandbox")]
pub mod sandbox;
#[cfg(feature = "records")]
pub mod station;
#[cfg(feature = "records")]
pub mod store;
#[cfg(feature = "records")]
pub mod sync;
pub mod text;
pub mod voucher;
