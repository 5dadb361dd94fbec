//! Every screen in both languages, as it looks; `make snapshots` renews the pictures.

use super::stage::Stage;
use crate::text::Language;

const LANGUAGES: [Language; 2] = [Language::Japanese, Language::English];

#[test]
fn the_reception_looks_as_it_did() {
    for language in LANGUAGES {
        let mut stage = Stage::open(language);
        stage.sees_sample("n_00002.jpg");
        stage.happens(|paper| (1..4).for_each(|person| paper.record(person)));
        stage.looks_like("reception-empty");
        stage.happens(|paper| paper.lay(4));
        stage.looks_like("reception-recorded");
        stage.happens(|paper| paper.take_away());
        stage.happens(|paper| paper.lay_doubtful(5));
        stage.looks_like("reception-unread");
    }
}
