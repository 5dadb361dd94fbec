//! Why a configuration is refused: always with the place and the remedy.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The built-in defaults.
    Default,
    /// A line of a file, counted from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// An environment variable.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default.toml"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// Why there is no configuration. Values are not repeated: a secret may have been pasted where it
/// does not belong.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(
        "設定ファイル {path} を読めません（{source}）。場所と権限を確認してください / cannot read the settings file {path} ({source}): check where it is and who may read it",
        path = path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Saved in another encoding, such as Shift_JIS.
    #[error(
        "設定ファイル {path} は UTF-8 ではありません。文字コードを UTF-8 にして保存し直してください / the settings file {path} is not UTF-8: save it again as UTF-8",
        path = path.display()
    )]
    NotUtf8 {
        /// The file.
        path: PathBuf,
    },
    /// Not TOML.
    #[error(
        "{origin}: TOML として読めません（{what}）。その行を直してください / {origin}: not TOML ({what}): correct that line"
    )]
    Syntax {
        /// Where.
        origin: Origin,
        /// What the parser said.
        what: String,
    },
    /// No such key.
    #[error(
        "{origin}: 設定「{key}」はありません。「{nearest}」のことですか / {origin}: there is no setting {key}: did you mean {nearest}?"
    )]
    UnknownKey {
        /// Where.
        origin: Origin,
        /// What was written.
        key: String,
        /// The key that is most like it.
        nearest: String,
    },
    /// No such variable.
    #[error(
        "環境変数 {name} に当たる設定はありません。{nearest} のことですか。違うなら取り除いてください / there is no setting for the environment variable {name}: did you mean {nearest}? If not, unset it"
    )]
    UnknownVariable {
        /// What was set.
        name: String,
        /// The variable that is most like it.
        nearest: String,
    },
    /// A number where a text belongs, and the like.
    #[error("{origin}: {key} は{}にしてください / {origin}: {key} must be {}", .wanted.0, .wanted.1)]
    Type {
        /// Where.
        origin: Origin,
        /// The key.
        key: String,
        /// What its value must be, in Japanese and English.
        wanted: (&'static str, &'static str),
    },
    /// A value that its key cannot have.
    #[error("{origin}: {key}: {why}")]
    Value {
        /// Where.
        origin: Origin,
        /// The key.
        key: String,
        /// Why, and the remedy, in Japanese and English.
        why: String,
    },
    /// The user has no home.
    #[error(
        "データフォルダーの場所が決められません。--data-dir で指定してください / no place for data: name one with --data-dir"
    )]
    NoHome,
}
