//! The day's report: how much of what, without a single number of a person. Pure.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::clock;
use crate::desk::{DayRecord, DrawnFrom, Snapshot, Standing};
use crate::intake::{Catalogue, Outcome};
use crate::text::{Bilingual, html};

/// How many records there are of each of something, in its order.
pub type Tally = Vec<(String, u32)>;

/// One day at one station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    /// Which day.
    pub date: Date,
    /// Where.
    pub venue: String,
    /// Doses given.
    pub given: u32,
    /// Consultations that ended without one.
    pub consulted: u32,
    /// Records that were cancelled.
    pub cancelled: u32,
    /// Doses by the hour in which they were recorded: `09`.
    pub by_hour: Tally,
    /// By the number of the dose.
    pub by_dose: Tally,
    /// By product and lot.
    pub by_lot: Tally,
    /// Product and lot; vials, drawn, recorded, thrown away in the vial and in the syringe.
    pub vials: Vec<(String, [u32; 5])>,
}

impl DayReport {
    /// The report of the day that a desk has open, or closed last; `None` before the first.
    pub fn of(desk: &Snapshot, catalogue: &Catalogue) -> Option<Self> {
        let name = |product: &crate::intake::ProductId| {
            let known = catalogue.product(product);
            known.map_or_else(|| product.to_string(), |known| known.name.clone())
        };
        let standing = |record: &&DayRecord| record.standing == Standing::Standing;
        let records: Vec<_> = desk.records.iter().filter(standing).collect();
        let given = records
            .iter()
            .filter_map(|record| match &record.record.outcome {
                Outcome::Given(vaccine) => Some((record, vaccine)),
                Outcome::ConsultationOnly => None,
            });
        let given: Vec<_> = given.collect();
        let hour = |record: &DayRecord| {
            let time = clock::japan_time(record.record.recorded_at);
            time.get(11..13).unwrap_or_default().to_owned()
        };
        Some(Self {
            date: desk.day?,
            venue: (desk.session.as_ref()).map_or_else(String::new, |s| s.venue.to_string()),
            given: count(given.len()),
            consulted: count(records.len() - given.len()),
            cancelled: count(desk.records.len() - records.len()),
            by_hour: tally(given.iter().map(|(record, _)| hour(record))),
            by_dose: tally(
                (given.iter()).map(|(r, _)| r.record.subject.dose().value().to_string()),
            ),
            by_lot: tally((given.iter()).map(|(_, v)| format!("{} {}", name(&v.product), v.lot))),
            vials: (desk.counts.iter())
                .map(|of| {
                    let title = format!("{} {}", name(&of.of.product), of.of.lot);
                    let thrown = [DrawnFrom::Vial, DrawnFrom::Syringe].map(|at| of.discarded(at));
                    (
                        title,
                        [of.vials, of.drawn, of.recorded, thrown[0], thrown[1]],
                    )
                })
                .collect(),
        })
    }

    /// The report as a table: what, of what, how many.
    ///
    /// # Errors
    /// None that writing into memory has.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let mut row = |what: &str, of: &str, n: u32| out.write_record([what, of, &n.to_string()]);
        row("接種", "合計", self.given)?;
        row("予診のみ", "合計", self.consulted)?;
        row("取消", "合計", self.cancelled)?;
        for (title, tally) in [
            ("時間帯", &self.by_hour),
            ("回数", &self.by_dose),
            ("ロット", &self.by_lot),
        ] {
            for (of, n) in tally {
                row(title, of, *n)?;
            }
        }
        for (of, counts) in &self.vials {
            for ((ja, _), n) in VIALS.iter().zip(counts) {
                row(ja, of, *n)?;
            }
        }
        out.into_inner().map_err(|error| error.into_error().into())
    }

    /// The report as a page to be printed.
    pub fn html(&self) -> String {
        let mut body = format!(
            "<h1>{} {}</h1><p>{}</p>",
            html::both("日報", "Day's report"),
            self.date,
            html::escape(&self.venue)
        );
        let totals = [
            ("接種 / given".to_owned(), self.given),
            ("予診のみ / consultation only".to_owned(), self.consulted),
            ("取消 / cancelled".to_owned(), self.cancelled),
        ];
        body += &html::section("合計", "Totals", &table(&totals));
        body += &html::section("時間帯", "By hour", &table(&self.by_hour));
        body += &html::section("回数", "By dose", &table(&self.by_dose));
        body += &html::section("ロット", "By lot", &table(&self.by_lot));
        let head: String = VIALS
            .iter()
            .map(|(ja, en)| format!("<th>{ja}<br>{en}</th>"))
            .collect();
        let row = |(of, counts): &(String, [u32; 5])| {
            let cells: String = counts.iter().map(|n| format!("<td>{n}</td>")).collect();
            format!("<tr><th>{}</th>{cells}</tr>", html::escape(of))
        };
        let rows: String = self.vials.iter().map(row).collect();
        let vials = format!("<table><tr><th></th>{head}</tr>{rows}</table>");
        body += &html::section("バイアル", "Vials", &vials);
        let title = Bilingual::new("日報", "Day's report");
        html::page(&format!("{title} {}", self.date), &body)
    }
}

/// What is counted of vials.
const VIALS: [(&str, &str); 5] = [
    ("開封", "opened"),
    ("充填", "drawn"),
    ("記録", "recorded"),
    ("廃棄（バイアル）", "thrown away in the vial"),
    ("廃棄（注射器）", "thrown away in the syringe"),
];

fn tally(of: impl Iterator<Item = String>) -> Tally {
    let mut counted = BTreeMap::new();
    for one in of {
        *counted.entry(one).or_insert(0) += 1;
    }
    counted.into_iter().collect()
}

/// A day has fewer.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn table(tally: &[(String, u32)]) -> String {
    let row =
        |(of, n): &(String, u32)| format!("<tr><th>{}</th><td>{n}</td></tr>", html::escape(of));
    format!(
        "<table>{}</table>",
        tally.iter().map(row).collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> DayReport {
        DayReport {
            date: jiff::civil::date(2021, 11, 20),
            venue: "市民会館".to_owned(),
            given: 3,
            consulted: 1,
            cancelled: 0,
            by_hour: tally(["10", "09", "10"].map(str::to_owned).into_iter()),
            by_dose: vec![("2".to_owned(), 3)],
            by_lot: vec![("A, \"B\" FJ7489".to_owned(), 3)],
            vials: vec![("A FJ7489".to_owned(), [1, 6, 3, 0, 3])],
        }
    }

    #[test]
    fn hours_come_in_their_order_each_with_its_doses() {
        let hours = report().by_hour;
        assert_eq!(hours, [("09".to_owned(), 1), ("10".to_owned(), 2)]);
    }

    #[test]
    fn a_name_with_commas_and_quotes_stays_one_field() {
        let table = report().csv().unwrap();
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(&table[..]);
        let lot = rows
            .records()
            .map(Result::unwrap)
            .find(|row| &row[0] == "ロット");
        assert_eq!(&lot.unwrap()[1], "A, \"B\" FJ7489");
    }

    #[test]
    fn a_page_is_in_both_languages_and_its_names_are_escaped() {
        let page = report().html();
        assert!(
            page.contains("日報") && page.contains("Day&#39;s report") || page.contains("Day's")
        );
        assert!(page.contains("A, &quot;B&quot; FJ7489"));
    }
}
