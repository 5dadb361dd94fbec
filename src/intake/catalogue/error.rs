//! Why data files cannot be used.

use std::fmt;

use thiserror::Error;

use super::interval::Spacing;
use crate::intake::fields::ProductId;
use crate::intake::format::FormatError;
use crate::voucher::DoseNumber;

/// One of the data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataFile {
    /// What can be given.
    Products,
    /// Which lots there are.
    Lots,
    /// How long to wait between doses.
    Intervals,
    /// From which age on.
    Ages,
}

impl fmt::Display for DataFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Products => "products.toml",
            Self::Lots => "lots.toml",
            Self::Intervals => "intervals.toml",
            Self::Ages => "ages.toml",
        })
    }
}

/// Why data files cannot be used. Every one of these blocks the session: rules that are wrong are
/// worse than none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CatalogueError {
    /// A file that cannot be read.
    #[error("{0}: {1}")]
    Format(DataFile, FormatError),
    /// Something that must be there once.
    #[error("{0}: 「{1}」が二度あります。一つにしてください / {1} is there twice: keep one")]
    Twice(DataFile, String),
    /// Two rows for one day.
    #[error(
        "{0}: 「{1}」の有効期間が重なっています。valid_from と valid_until を直してください / \
         {1} has two rows for one day: mend valid_from and valid_until"
    )]
    Overlap(DataFile, String),
    /// A period that ends before it starts.
    #[error(
        "{0}: 「{1}」の valid_until が valid_from より前です。日付を直してください / \
         valid_until of {1} is before valid_from: mend the dates"
    )]
    EndsBeforeItStarts(DataFile, String),
    /// A product that no products file has.
    #[error(
        "{0}: 製品「{1}」は製品ファイルにありません。id を直すか、製品を加えてください / \
         product {1} is not in the products file: mend the id or add the product"
    )]
    UnknownProduct(DataFile, ProductId),
    /// A row without a length, or with two.
    #[error(
        "intervals.toml: 「{0}」の行には days_between か months のどちらか一つを書いてください / \
         a row of {0} needs either days_between or months"
    )]
    Spacing(ProductId),
    /// A dose that no voucher has.
    #[error(
        "intervals.toml: 「{0}」の回数 {1} はありません。1〜9 にしてください / \
         no voucher has dose {1} of {0}: write 1-9"
    )]
    Dose(ProductId, u8),
    /// A table that would let the next dose be given too early.
    #[error(
        "intervals.toml: 「{product}」{dose} 回目の間隔 {own} は標準の {built_in} より短いため、セッションを開始できません。{built_in} に直してください / \
         the interval before dose {dose} of {product}, {own}, is shorter than the built-in {built_in}, so no session can start: mend it"
    )]
    ShorterInterval {
        /// The product of the last dose.
        product: ProductId,
        /// The dose to be given.
        dose: DoseNumber,
        /// What the file says.
        own: Spacing,
        /// What the program says.
        built_in: Spacing,
    },
    /// A table that would let someone too young have the product.
    #[error(
        "ages.toml: 「{0}」の最低年齢が標準より低いため、セッションを開始できません。直してください / \
         the least age for {0} is lower than the built-in one, so no session can start: mend it"
    )]
    YoungerAge(ProductId),
}
