//! What a file and the environment can say, and what they are told.

use std::collections::HashSet;

use super::*;
use crate::keys::RecoveryIdentity;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("my.toml");
    fs::write(&path, file).unwrap();
    let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    Config::load(Some(&path), environment.iter().map(own))
}

fn refusal(file: &str, environment: &[(&str, &str)]) -> String {
    load(file, environment).unwrap_err().to_string()
}

#[test]
fn without_file_and_environment_the_defaults_hold() {
    let config = Config::load(None, []).unwrap();
    assert_eq!(config.directory_kind, DirectoryKind::Training);
    assert_eq!(config.key_store, KeyStoreChoice::Os);
    assert_eq!(config.ticket_kinds, TicketKindCodes::default());
    assert_eq!(config.idle_lock, Duration::from_mins(5));
    assert_eq!(
        config.record_api.naming_system,
        "https://record-api.example/NamingSystem/voucher"
    );
    let none = (&config.second_copy, &config.catalogue, &config.recovery);
    assert_eq!(none, (&None, &None, &None));
    assert!(config.municipality.is_none() && config.venues.is_empty());
}

#[test]
fn a_copy_of_the_defaults_changes_nothing() {
    assert_eq!(
        load(DEFAULTS, &[]).unwrap(),
        Config::load(None, []).unwrap()
    );
}

#[test]
fn every_key_of_the_defaults_has_a_comment_in_both_languages() {
    let english = |comment: &&str| comment.is_ascii() && comment.split(' ').count() > 3;
    let mut comments: Vec<&str> = Vec::new();
    for line in DEFAULTS.lines() {
        match line.strip_prefix('#') {
            Some(comment) => comments.push(comment),
            None if line.contains(" = ") => {
                assert!(comments.iter().any(|c| c.contains('。')), "{line}");
                assert!(comments.iter().any(english), "{line}");
                comments.clear();
            }
            None => comments.clear(),
        }
    }
}

#[test]
fn the_environment_outdoes_the_file_and_the_file_the_defaults() {
    let file = "[accounts]\nidle_lock_minutes = 7\n[keys]\nstore = \"file\"\n";
    let config = load(file, &[("UKETSUKE_ACCOUNTS_IDLE_LOCK_MINUTES", "9")]).unwrap();
    assert_eq!(config.idle_lock, Duration::from_mins(9));
    assert_eq!(config.key_store, KeyStoreChoice::File);
}

#[test]
fn every_kind_of_value_can_come_from_the_environment() {
    let config = load(
        "",
        &[
            ("UKETSUKE_VENUES_NAMES", "市民会館, 中央体育館,"),
            ("UKETSUKE_MUNICIPALITY_CODE", "131016"),
            ("UKETSUKE_TICKET_KINDS_VACCINATION", "3"),
            ("UKETSUKE_CATALOGUE_FOLDER", "tables"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    let venues: Vec<_> = config.venues.iter().map(Venue::as_str).collect();
    assert_eq!(venues, ["市民会館", "中央体育館"]);
    assert_eq!(config.municipality.unwrap().to_string(), "131016");
    assert_eq!(config.ticket_kinds.vaccination, 3);
    assert_eq!(config.catalogue, Some(PathBuf::from("tables")));
}

#[test]
fn variables_that_are_no_settings_are_left_alone() {
    let others = [
        ("UKETSUKE_NOW", "2021-11-20T01:00:00Z"),
        ("UKETSUKE_DATA_DIR", "x"),
        ("UKETSUKE_CONFIG", "y"),
    ];
    assert!(load("", &others).is_ok());
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_one() {
    let error = refusal("# mine\n[keys]\nstor = \"file\"\n", &[]);
    assert!(
        error.contains("my.toml:3: there is no setting keys.stor"),
        "{error}"
    );
    assert!(error.contains("did you mean keys.store?"), "{error}");
    let error = refusal("[venue]\nnames = []\n", &[]);
    assert!(
        error.contains("my.toml:2") && error.contains("venues.names"),
        "{error}"
    );
    let error = refusal("idle_lock_minutes = 3\n", &[]);
    assert!(error.contains("accounts.idle_lock_minutes"), "{error}");
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_one() {
    let error = refusal("", &[("UKETSUKE_KEY_STORE", "file")]);
    assert!(
        error.contains("did you mean UKETSUKE_KEYS_STORE?"),
        "{error}"
    );
    let error = refusal("", &[("UKETSUKE_DATADIR", "x")]);
    assert!(error.contains("did you mean UKETSUKE_DATA_DIR?"), "{error}");
}

#[test]
fn a_wrong_type_is_told_with_file_and_line_or_the_variable() {
    for (file, line, wanted) in [
        ("\n[keys]\n\nstore = 1\n", 4, "a text"),
        (
            "[accounts]\nidle_lock_minutes = \"5\"\n",
            2,
            "a whole number",
        ),
        ("[accounts]\nidle_lock_minutes = 5.0\n", 2, "a whole number"),
        ("[venues]\nnames = \"市民会館\"\n", 2, "a list of texts"),
        (
            "[venues]\nnames = [\"市民会館\", 3]\n",
            2,
            "a list of texts",
        ),
        ("keys.store = { os = true }\n", 1, "a text"),
    ] {
        let error = refusal(file, &[]);
        assert!(error.contains(&format!("my.toml:{line}: ")), "{error}");
        assert!(error.contains(wanted), "{error}");
    }
    let error = refusal("", &[("UKETSUKE_ACCOUNTS_IDLE_LOCK_MINUTES", "five")]);
    assert!(
        error.starts_with("UKETSUKE_ACCOUNTS_IDLE_LOCK_MINUTES: "),
        "{error}"
    );
}

#[test]
fn a_broken_file_is_told_with_its_line() {
    let error = refusal("[keys]\nstore = \"file\n", &[]);
    assert!(error.contains("my.toml:2: not TOML"), "{error}");
    let error = refusal("[venues]\nnames = [\"市民\n会館\"]", &[]);
    assert!(error.contains("my.toml:3: not TOML"), "{error}");
    let error = refusal("[keys]\nstore = \"os\"\nstore = \"file\"\n", &[]);
    assert!(error.contains("my.toml:3: not TOML"), "{error}");
}

#[test]
fn a_file_in_shift_jis_is_told_to_be_saved_as_utf8() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("my.toml");
    fs::write(&path, b"[venues]\nnames = [\"\x8e\x73\x96\xaf\"]\n").unwrap();
    let error = Config::load(Some(&path), []).unwrap_err();
    assert!(matches!(error, ConfigError::NotUtf8 { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("my.toml") && text.contains("UTF-8 にして"),
        "{text}"
    );
}

#[test]
fn a_file_with_a_byte_order_mark_is_read_like_one_without() {
    let config = load("\u{feff}[keys]\nstore = \"file\"\n", &[]).unwrap();
    assert_eq!(config.key_store, KeyStoreChoice::File);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Config::load(Some(Path::new("/not-there.toml")), []).unwrap_err();
    assert!(error.to_string().contains("/not-there.toml"));
}

#[test]
fn values_that_cannot_be_are_refused_where_they_stand() {
    for (file, word) in [
        ("[directory]\nkind = \"test\"", "production"),
        ("[keys]\nstore = \"cloud\"", "os or file"),
        ("[ticket_kinds]\nvaccination = 10", "0 to 9"),
        ("[ticket_kinds]\nconsultation = 2", "different digits"),
        ("[municipality]\ncode = \"131017\"", "check digit"),
        ("[municipality]\ncode = \"130001\"", "issues vouchers"),
        ("[venues]\nnames = [\"=1+1\"]", "formula"),
        ("[accounts]\nidle_lock_minutes = 0", "1 to 60"),
        ("[record_api]\nnaming_system = \"voucher\"", "https://"),
        (
            "[record_api]\nstructure_definitions = \"https://x/\"",
            "slash",
        ),
        ("[recovery]\nrecipient = \"age1xyz\"", "age1"),
        (
            "[second_copy]\nfolder = \"/media/card\"",
            "recovery.recipient",
        ),
    ] {
        let error = refusal(file, &[]);
        assert!(
            error.contains("my.toml:2: ") && error.contains(word),
            "{error}"
        );
    }
}

#[test]
fn a_second_copy_needs_a_recovery_key_and_lies_where_the_file_says() {
    let recipient = RecoveryIdentity::generate().recipient();
    let file = format!("[second_copy]\nfolder = \"card\"\n[recovery]\nrecipient = \"{recipient}\"");
    let config = load(&file, &[]).unwrap();
    assert_eq!(config.recovery, Some(recipient));
    let folder = config.second_copy.unwrap();
    assert!(
        folder.is_absolute() && folder.ends_with("card"),
        "{folder:?}"
    );
}

#[test]
fn a_secret_key_in_the_wrong_place_is_not_repeated() {
    let text = RecoveryIdentity::generate().to_text();
    let secret = text.lines().last().unwrap();
    let error = load("", &[("UKETSUKE_RECOVERY_RECIPIENT", secret)]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(secret));
    assert!(error.to_string().contains("secret recovery key"), "{error}");
}

#[test]
fn no_two_settings_share_a_variable() {
    let names: Vec<_> = DEFAULTS
        .parse::<toml::Table>()
        .unwrap()
        .into_iter()
        .flat_map(|(section, keys)| {
            let keys = keys.as_table().unwrap().clone();
            keys.into_iter()
                .map(move |(key, _)| format!("{section}_{key}"))
        })
        .collect();
    let different: HashSet<_> = names.iter().collect();
    assert!(!names.is_empty());
    assert_eq!(different.len(), names.len());
}

#[test]
fn data_lies_in_a_folder_of_its_own() {
    let folder = default_data_dir().unwrap();
    let own = |part: &std::ffi::OsStr| part.to_string_lossy().contains("uketsuke");
    assert!(
        folder.is_absolute() && folder.iter().any(own),
        "{}",
        folder.display()
    );
}
