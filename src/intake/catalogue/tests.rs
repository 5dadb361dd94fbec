use jiff::civil::date;

use super::*;

fn id(text: &str) -> ProductId {
    ProductId::new(text).unwrap()
}

fn dose(digit: u8) -> DoseNumber {
    DoseNumber::new(digit).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn with_intervals(text: &str) -> Result<Catalogue, CatalogueError> {
    Catalogue::load(&DataFiles {
        intervals: Some(text),
        ..DataFiles::default()
    })
}

fn with_lots(text: &str) -> Result<Catalogue, CatalogueError> {
    Catalogue::load(&DataFiles {
        lots: Some(text),
        ..DataFiles::default()
    })
}

fn with_products(text: &str) -> Result<Catalogue, CatalogueError> {
    Catalogue::load(&DataFiles {
        products: Some(text),
        ..DataFiles::default()
    })
}

/// A row for the second dose of comirnaty-12.
fn second_dose(row: &str) -> String {
    format!(
        "version = 1\n[[interval]]\nproducts = [\"comirnaty-12\"]\ndoses = [2]\n\
         valid_from = \"2021-02-14\"\n{row}\n"
    )
}

#[test]
fn the_next_dose_is_due_when_the_table_of_that_day_says_so() {
    let catalogue = Catalogue::built_in().unwrap();
    for (product, next, last, on, earliest) in [
        // N days or more between: N + 1 days later.
        ("comirnaty-12", 2, "2021-11-01", "2021-11-20", "2021-11-20"),
        ("moderna", 2, "2021-07-01", "2021-07-22", "2021-07-22"),
        ("vaxzevria", 2, "2021-09-01", "2021-10-01", "2021-09-29"),
        ("novavax", 2, "2022-06-01", "2022-06-20", "2022-06-20"),
        (
            "comirnaty-5-11",
            2,
            "2022-03-01",
            "2022-03-20",
            "2022-03-20",
        ),
        (
            "comirnaty-infants",
            2,
            "2022-11-01",
            "2022-11-20",
            "2022-11-20",
        ),
        (
            "comirnaty-infants",
            3,
            "2022-11-20",
            "2023-01-15",
            "2023-01-15",
        ),
        // Boosters, 8 months, then 6, 5 and 3: each on its first and last day.
        ("comirnaty-12", 3, "2021-04-01", "2021-12-01", "2021-12-01"),
        ("comirnaty-12", 3, "2021-04-16", "2021-12-16", "2021-12-16"),
        ("comirnaty-12", 3, "2021-06-17", "2021-12-17", "2021-12-17"),
        ("moderna", 3, "2021-08-31", "2022-03-01", "2022-03-01"),
        ("moderna", 3, "2021-11-24", "2022-05-24", "2022-05-24"),
        ("moderna", 3, "2021-12-25", "2022-05-25", "2022-05-25"),
        ("vaxzevria", 3, "2022-05-20", "2022-10-20", "2022-10-20"),
        ("comirnaty-12", 4, "2022-07-21", "2022-10-21", "2022-10-21"),
        ("comirnaty-12", 5, "2022-07-31", "2022-10-31", "2022-10-31"),
    ] {
        assert_eq!(
            catalogue.earliest_next(&id(product), dose(next), day(last), day(on)),
            Some(day(earliest)),
            "dose {next} after {product} on {last}, judged on {on}"
        );
    }
}

/// The rules say so of such a dose (`no_interval_rule`): no row is no leave to give it at once.
#[test]
fn some_doses_are_covered_by_no_row() {
    let catalogue = Catalogue::built_in().unwrap();
    let row = |product, next, day| catalogue.interval(&id(product), dose(next), day);
    for (product, next, last_without) in [
        ("comirnaty-12", 3, date(2021, 11, 30)),
        ("comirnaty-12", 4, date(2022, 5, 24)),
        ("novavax", 3, date(2022, 5, 24)),
        ("comirnaty-5-11", 4, date(2023, 3, 7)),
    ] {
        assert_eq!(row(product, next, last_without), None, "{product} {next}");
        let first_with = last_without.tomorrow().unwrap();
        assert!(row(product, next, first_with).is_some(), "{product} {next}");
    }
    assert_eq!(row("comirnaty-12", 8, date(2023, 11, 1)), None);
}

#[test]
fn doses_are_those_of_some_row_and_the_first() {
    let built_in = Catalogue::built_in().unwrap();
    let had = |catalogue: &Catalogue| (0..=9).filter(|&n| catalogue.has_dose(dose(n))).collect();
    let doses: Vec<u8> = had(&built_in);
    assert_eq!(doses, [1, 2, 3, 4, 5, 6, 7]);
    let eighth = second_dose("months = 6").replace("[2]", "[8]");
    let doses: Vec<u8> = had(&with_intervals(&eighth).unwrap());
    assert_eq!(doses, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_table_that_allows_seventeen_days_for_eighteen_blocks_the_session() {
    let error = with_intervals(&second_dose("days_between = 17")).unwrap_err();
    assert_eq!(
        error,
        CatalogueError::ShorterInterval {
            product: id("comirnaty-12"),
            dose: dose(2),
            own: Spacing::DaysBetween(17),
            built_in: Spacing::DaysBetween(18),
        }
    );
    let text = error.to_string();
    assert!(text.contains("17") && text.contains("18") && text.contains(" / "));
}

#[test]
fn no_short_period_hides_a_shorter_interval() {
    let hidden = second_dose("days_between = 17\nvalid_until = \"2021-02-14\"");
    assert!(with_intervals(&hidden).is_err());
    let months = second_dose("days_between = 200").replace("[2]", "[3]");
    let before_boosters = format!("{months}valid_until = \"2021-11-30\"\n");
    assert!(with_intervals(&before_boosters).is_ok());
    assert!(
        with_intervals(&months).is_err(),
        "200 days are less than 8 months"
    );
}

#[test]
fn a_table_may_ask_for_as_much_or_more() {
    for days in [18, 27] {
        let catalogue = with_intervals(&second_dose(&format!("days_between = {days}"))).unwrap();
        let rule = catalogue.interval(&id("comirnaty-12"), dose(2), date(2021, 11, 20));
        assert_eq!(rule.unwrap().spacing, Spacing::DaysBetween(days));
    }
}

#[test]
fn what_an_own_table_leaves_out_the_built_in_one_still_says() {
    let catalogue = with_intervals(&second_dose("days_between = 20")).unwrap();
    let rule = catalogue.interval(&id("moderna"), dose(2), date(2021, 11, 20));
    assert_eq!(rule.unwrap().spacing, Spacing::DaysBetween(20));
}

#[test]
fn a_built_in_product_does_not_come_back_under_another_id() {
    let renamed = "version = 1\n[[product]]\nid = \"pfizer\"\nname = \"x\"\n\
                   maker = \"ファイザー\"\ncvx = 208\nvalid_from = \"2021-02-14\"\n";
    let twice = |what: &str| CatalogueError::Twice(DataFile::Products, what.to_owned());
    assert_eq!(with_products(renamed).unwrap_err(), twice("cvx 208"));
    let again = renamed.replace("\"pfizer\"", "\"moderna\"");
    assert_eq!(with_products(&again).unwrap_err(), twice("moderna"));
    let other = renamed.replace("208", "300");
    assert!(with_products(&other).is_ok());
    let second_default = format!("{other}maker_default = true\n");
    assert!(matches!(
        with_products(&second_default),
        Err(CatalogueError::Overlap(DataFile::Products, _))
    ));
}

#[test]
fn rows_for_one_day_backward_periods_and_unknown_products_are_errors() {
    let row = second_dose("days_between = 18");
    let twice = format!("{row}{}", row.replace("version = 1\n", ""));
    assert!(matches!(
        with_intervals(&twice),
        Err(CatalogueError::Overlap(DataFile::Intervals, _))
    ));
    let backward = format!("{row}valid_until = \"2021-02-13\"\n");
    assert!(matches!(
        with_intervals(&backward),
        Err(CatalogueError::EndsBeforeItStarts(DataFile::Intervals, _))
    ));
    assert!(matches!(
        with_intervals(&row.replace("comirnaty-12", "comirnaty-13")),
        Err(CatalogueError::UnknownProduct(DataFile::Intervals, _))
    ));
    for spacing in ["", "days_between = 18\nmonths = 1"] {
        assert!(matches!(
            with_intervals(&second_dose(spacing)),
            Err(CatalogueError::Spacing(_))
        ));
    }
    for dose in [0, 12] {
        assert_eq!(
            with_intervals(&row.replace("[2]", &format!("[{dose}]"))).unwrap_err(),
            CatalogueError::Dose(id("comirnaty-12"), dose)
        );
    }
    assert!(matches!(
        with_intervals(&row.replace("days_between", "days")),
        Err(CatalogueError::Format(DataFile::Intervals, _))
    ));
}

#[test]
fn a_lower_age_blocks_too() {
    let ages = |years: u8| {
        let text = format!(
            "version = 1\n[[age]]\nproduct = \"comirnaty-12\"\nmin_years = {years}\n\
             valid_from = \"2021-06-01\"\n"
        );
        Catalogue::load(&DataFiles {
            ages: Some(&text),
            ..DataFiles::default()
        })
    };
    assert!(matches!(ages(11), Err(CatalogueError::YoungerAge(_))));
    assert!(ages(12).is_ok());
}

#[test]
fn ages_follow_their_dates_of_validity() {
    let catalogue = Catalogue::built_in().unwrap();
    let years = |product, day| catalogue.age_rule(&id(product), day).map(|r| r.min_years);
    assert_eq!(years("comirnaty-12", date(2021, 5, 31)), Some(16));
    assert_eq!(years("comirnaty-12", date(2021, 6, 1)), Some(12));
    assert_eq!(years("comirnaty-12", date(2021, 2, 13)), None);
}

#[test]
fn the_recalled_lot_and_its_neighbour_are_two_lots() {
    let catalogue = Catalogue::built_in().unwrap();
    let moderna = id("moderna");
    let recalled = |lot| {
        let lot = Lot::new(lot).unwrap();
        catalogue.lot(&moderna, &lot).map(|lot| lot.recalled_on)
    };
    assert_eq!(recalled("3004734"), Some(Some(date(2021, 8, 26))));
    assert_eq!(recalled("3004733"), Some(None));
    assert_eq!(recalled("3004735"), None);
}

#[test]
fn the_last_extension_that_held_on_the_day_wins() {
    let catalogue = Catalogue::built_in().unwrap();
    let lot = Lot::new("FJ7489").unwrap();
    let listed = catalogue.lot(&id("comirnaty-12"), &lot).unwrap();
    for (on, until) in [
        ("2021-07-01", "2021-12-31"),
        ("2021-11-15", "2021-12-31"),
        ("2021-11-16", "2022-03-31"),
        ("2022-04-22", "2022-06-30"),
    ] {
        assert_eq!(listed.expiry_on(day(on)), Some(day(until)), "on {on}");
    }
}

#[test]
fn an_own_list_extends_a_lot_and_cannot_take_back_a_recall() {
    let text = "version = 1\n[[lot]]\nproduct = \"moderna\"\nlot = \"3004734\"\n\
                expiry = [{ since = \"2021-12-01\", until = \"2022-06-30\" }]\n";
    let catalogue = with_lots(text).unwrap();
    let lot = Lot::new("3004734").unwrap();
    let listed = catalogue.lot(&id("moderna"), &lot).unwrap();
    assert_eq!(listed.recalled_on, Some(date(2021, 8, 26)));
    assert_eq!(listed.expiry_on(date(2021, 12, 1)), Some(date(2022, 6, 30)));
    assert_eq!(
        listed.expiry_on(date(2021, 11, 30)),
        Some(date(2022, 1, 31))
    );
}

#[test]
fn a_list_with_a_lot_twice_is_an_error_and_one_in_an_unusual_form_is_not() {
    let row = "[[lot]]\nproduct = \"moderna\"\nlot = \"3009999\"\n";
    assert!(with_lots(&format!("version = 1\n{row}")).is_ok());
    assert!(matches!(
        with_lots(&format!("version = 1\n{row}{row}")),
        Err(CatalogueError::Twice(DataFile::Lots, _))
    ));
    let unusual = row.replace("3009999", "30099-A");
    assert!(with_lots(&format!("version = 1\n{unusual}")).is_ok());
}

#[test]
fn a_maker_alone_means_the_makers_default_product_while_that_is_in_use() {
    let catalogue = Catalogue::built_in().unwrap();
    let meant = |maker, day| {
        let maker = Maker::new(maker).unwrap();
        let meant = catalogue.product_for_maker_and_lot(&maker, None, day)?;
        Some(meant.product.id.as_str())
    };
    let later = date(2022, 11, 1);
    assert_eq!(meant("ファイザー", later), Some("comirnaty-12"));
    assert_eq!(meant("武田/モデルナ", later), Some("moderna"));
    assert_eq!(meant("アストラゼネカ", later), Some("vaxzevria"));
    assert_eq!(meant("武田/ノババックス", later), Some("novavax"));
    assert_eq!(meant("武田/ノババックス", date(2022, 5, 24)), None);
    assert_eq!(meant("不明", later), None);
}

#[test]
fn of_a_maker_with_several_products_the_listed_lot_decides_and_nothing_like_it() {
    let catalogue = Catalogue::built_in().unwrap();
    let meant = |maker, lot: Option<&str>, day| {
        let (maker, lot) = (
            Maker::new(maker).unwrap(),
            lot.map(|l| Lot::new(l).unwrap()),
        );
        let meant = catalogue.product_for_maker_and_lot(&maker, lot.as_ref(), day)?;
        Some((meant.product.id.as_str(), meant.by_lot, meant.only_one))
    };
    let (one, three) = (date(2021, 11, 20), date(2022, 11, 1));
    let pfizer = "ファイザー";
    for (lot, day, expected) in [
        (Some("FP0511"), three, ("comirnaty-5-11", true, false)),
        (Some("GL0604"), three, ("comirnaty-infants", true, false)),
        (Some("FP0512"), three, ("comirnaty-12", false, false)),
        (Some("3004733"), three, ("comirnaty-12", false, false)),
        (None, three, ("comirnaty-12", false, false)),
        (None, one, ("comirnaty-12", false, true)),
        (Some("FJ7489"), one, ("comirnaty-12", true, true)),
        // Not in use yet, which the rules say of it.
        (Some("FP0511"), one, ("comirnaty-5-11", true, false)),
    ] {
        assert_eq!(meant(pfizer, lot, day), Some(expected), "{lot:?}, {day}");
    }
    assert_eq!(meant("不明", Some("FJ7489"), three), None);
}

#[test]
fn a_lot_that_two_products_of_a_maker_have_decides_nothing() {
    let text = "version = 1\n[[lot]]\nproduct = \"comirnaty-5-11\"\nlot = \"FJ7489\"\n";
    let catalogue = with_lots(text).unwrap();
    let (maker, lot) = (
        Maker::new("ファイザー").unwrap(),
        Lot::new("FJ7489").unwrap(),
    );
    let day = date(2022, 11, 1);
    let meant = catalogue.product_for_maker_and_lot(&maker, Some(&lot), day);
    assert_eq!(meant.map(|meant| meant.by_lot), Some(false));
}

#[test]
fn the_record_apis_codes_are_those_of_the_cvx_list() {
    let catalogue = Catalogue::built_in().unwrap();
    for (product, cvx) in [
        ("comirnaty-12", "208"),
        ("moderna", "207"),
        ("vaxzevria", "210"),
        ("novavax", "211"),
        ("comirnaty-5-11", "218"),
        ("comirnaty-infants", "219"),
    ] {
        let product = catalogue.product(&id(product)).unwrap();
        assert_eq!(product.cvx.to_string(), cvx);
    }
}
