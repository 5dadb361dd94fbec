//! The three layers, laid over each other: which value a key has, and from where.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::DEFAULTS;
use super::error::{ConfigError, Origin};
use super::nearest::nearest;

/// What all our variables start with.
const PREFIX: &str = "UKETSUKE_";

/// Variables that are used elsewhere and are no settings.
const NO_SETTINGS: [&str; 3] = ["UKETSUKE_NOW", "UKETSUKE_DATA_DIR", "UKETSUKE_CONFIG"];

/// A value, of the type that its default has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Number(i64),
    Texts(Vec<String>),
}

impl Value {
    /// The value in a file; `None` for types that no setting has.
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::String(text) => Some(Self::Text(text.to_string())),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .map(Self::Number),
            DeValue::Array(items) => {
                let text = |item: &Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
                items
                    .iter()
                    .map(text)
                    .collect::<Option<_>>()
                    .map(Self::Texts)
            }
            _ => None,
        }
    }

    /// The value of a variable, read as the type that `self` has.
    fn like(&self, text: &str) -> Option<Self> {
        match self {
            Self::Text(_) => Some(Self::Text(text.to_owned())),
            Self::Number(_) => text.trim().parse().ok().map(Self::Number),
            Self::Texts(_) => {
                let items = text
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                Some(Self::Texts(items.map(str::to_owned).collect()))
            }
        }
    }

    fn same_type(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// The type in Japanese and English.
    fn type_in_words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Text(_) => ("文字列（\"…\"）", "a text (\"…\")"),
            Self::Number(_) => ("整数", "a whole number"),
            Self::Texts(_) => (
                "文字列の一覧（[\"…\", \"…\"]）",
                "a list of texts ([\"…\", \"…\"])",
            ),
        }
    }
}

#[derive(Debug, Clone)]
struct Setting {
    value: Value,
    origin: Origin,
}

/// Every key, `section.key`, with its value and where that comes from.
#[derive(Debug, Clone)]
pub(super) struct Settings(BTreeMap<String, Setting>);

impl Settings {
    /// The built-in values, which are the list of keys too.
    pub(super) fn defaults() -> Result<Self, ConfigError> {
        let mut settings = BTreeMap::new();
        for Written { key, value, origin } in written(DEFAULTS, |_| Origin::Default)? {
            if let Some(value) = value {
                settings.insert(key, Setting { value, origin });
            }
        }
        Ok(Self(settings))
    }

    /// Lays the file over what is there.
    pub(super) fn overlay_file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let origin = |line| Origin::File {
            path: path.to_owned(),
            line,
        };
        for Written { key, value, origin } in written(text, origin)? {
            let nearest = self.nearest_key(&key);
            let Some(setting) = self.0.get_mut(&key) else {
                return Err(ConfigError::UnknownKey {
                    origin,
                    key,
                    nearest,
                });
            };
            setting.set(&key, value, origin)?;
        }
        Ok(())
    }

    /// Lays those variables over what is there that start with `UKETSUKE_`.
    pub(super) fn overlay_environment(
        &mut self,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        for (name, text) in environment {
            if !name.starts_with(PREFIX) || NO_SETTINGS.contains(&name.as_str()) {
                continue;
            }
            let Some(key) = self.0.keys().find(|key| variable(key) == name).cloned() else {
                let nearest = self.nearest_variable(&name);
                return Err(ConfigError::UnknownVariable { name, nearest });
            };
            if let Some(setting) = self.0.get_mut(&key) {
                let value = setting.value.like(&text);
                setting.set(&key, value, Origin::Variable(name))?;
            }
        }
        Ok(())
    }

    fn nearest_key(&self, key: &str) -> String {
        let known = self.0.keys().map(String::as_str);
        nearest(key, known).unwrap_or_default().to_owned()
    }

    fn nearest_variable(&self, name: &str) -> String {
        let mut known: Vec<String> = self.0.keys().map(|key| variable(key)).collect();
        known.extend(NO_SETTINGS.map(str::to_owned));
        let known = known.iter().map(String::as_str);
        nearest(name, known).unwrap_or_default().to_owned()
    }

    /// That the value of `key` cannot be, and `why` with the remedy in both languages.
    pub(super) fn refused(&self, key: &str, why: impl Display) -> ConfigError {
        let origin = match self.0.get(key) {
            Some(setting) => setting.origin.clone(),
            None => Origin::Default,
        };
        ConfigError::Value {
            origin,
            key: key.to_owned(),
            why: why.to_string(),
        }
    }

    /// A text; empty for a key that is none, which the tests of `default.toml` rule out.
    pub(super) fn text(&self, key: &str) -> &str {
        match self.0.get(key).map(|setting| &setting.value) {
            Some(Value::Text(text)) => text.trim(),
            _ => "",
        }
    }

    /// A number; 0 for a key that is none.
    pub(super) fn number(&self, key: &str) -> i64 {
        match self.0.get(key).map(|setting| &setting.value) {
            Some(Value::Number(number)) => *number,
            _ => 0,
        }
    }

    /// What a text stands for.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Result<T, ConfigError> {
        let parsed = self.text(key).parse();
        parsed.map_err(|error: T::Err| self.refused(key, error))
    }

    /// What a text stands for that may be empty.
    pub(super) fn optional<T: FromStr<Err: Display>>(
        &self,
        key: &str,
    ) -> Result<Option<T>, ConfigError> {
        if self.text(key).is_empty() {
            Ok(None)
        } else {
            self.parsed(key).map(Some)
        }
    }

    /// What the texts of a list stand for.
    pub(super) fn list<T: FromStr<Err: Display>>(&self, key: &str) -> Result<Vec<T>, ConfigError> {
        let Some(Value::Texts(texts)) = self.0.get(key).map(|setting| &setting.value) else {
            return Ok(Vec::new());
        };
        let parsed = texts.iter().map(|text| text.parse());
        let parsed: Result<_, T::Err> = parsed.collect();
        parsed.map_err(|error| self.refused(key, error))
    }

    /// A folder that may be none. A relative path in a file starts where the file lies; in a
    /// variable, where the program was started.
    pub(super) fn folder(&self, key: &str) -> Option<PathBuf> {
        let text = self.text(key);
        if text.is_empty() {
            return None;
        }
        let beside = match self.0.get(key).map(|setting| &setting.origin) {
            Some(Origin::File { path, .. }) => path.parent(),
            _ => None,
        };
        Some(beside.unwrap_or(Path::new("")).join(text))
    }
}

impl Setting {
    fn set(&mut self, key: &str, value: Option<Value>, origin: Origin) -> Result<(), ConfigError> {
        match value {
            Some(value) if value.same_type(&self.value) => {
                *self = Self { value, origin };
                Ok(())
            }
            _ => Err(ConfigError::Type {
                origin,
                key: key.to_owned(),
                wanted: self.value.type_in_words(),
            }),
        }
    }
}

/// The variable that overrides `key`: `keys.store` → `UKETSUKE_KEYS_STORE`.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

/// One `key = value` of a file; no value when its type is none that a setting has.
struct Written {
    key: String,
    value: Option<Value>,
    origin: Origin,
}

/// Every key of a TOML file with `origin` of its line.
fn written(text: &str, origin: impl Fn(usize) -> Origin) -> Result<Vec<Written>, ConfigError> {
    let line = |span: Range<usize>| {
        let before = text.bytes().take(span.start);
        before.filter(|byte| *byte == b'\n').count() + 1
    };
    let document = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        origin: origin(line(error.span().unwrap_or_default())),
        what: error.message().to_owned(),
    })?;
    let mut written = Vec::new();
    let mut add = |key: String, span, value: Option<Value>| {
        let origin = origin(line(span));
        written.push(Written { key, value, origin });
    };
    for (section, entry) in document.get_ref() {
        let name = section.get_ref();
        match entry.get_ref() {
            DeValue::Table(keys) if !keys.is_empty() => {
                for (key, value) in keys {
                    let name = format!("{name}.{}", key.get_ref());
                    add(name, key.span(), Value::from_toml(value.get_ref()));
                }
            }
            // An empty section says nothing; whether there is such a one is of no matter.
            DeValue::Table(_) => {}
            value => add(name.to_string(), section.span(), Value::from_toml(value)),
        }
    }
    Ok(written)
}
