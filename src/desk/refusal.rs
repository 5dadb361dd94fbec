//! Why the desk did not do what it was asked, with what to do instead.

use jiff::civil::Date;
use thiserror::Error;

use super::count::CountError;
use super::manual::ManualError;
use crate::intake::{RecordId, SegmentError, SessionError, SlipError};

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The presets cannot be worked with.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// No session is confirmed for today.
    #[error(
        "今日のセッションが確認されていません。日付・会場・医師・ワクチン・ロットを確かめて確認してください / \
         no session is confirmed for today: check date, venue, doctor, product and lot, and confirm it"
    )]
    SessionNeeded,
    /// What was chosen before something came between: nobody said whether it holds.
    #[error(
        "前に「予診のみ」または控えが選ばれていました。使うか、使わないかを選んでください / \
         consultation only or a slip was chosen before: say whether that still holds"
    )]
    ChoiceOpen,
    /// No such choice is open.
    #[error(
        "選び直しを待っているものはありません。画面を見直してください / \
         nothing that was chosen waits for an answer: look at the screen again"
    )]
    NoChoiceOpen,
    /// Another day is still open.
    #[error(
        "{0} がまだ締められていません。先にその日を締めてください / {0} is not closed yet: close that day first"
    )]
    DayNotClosed(Date),
    /// The day was closed.
    #[error(
        "{0} は締められています。記録するには理由を付けて再開してください / \
         {0} is closed: reopen it with a reason to record anything"
    )]
    Closed(Date),
    /// A finding waits for its answer.
    #[error(
        "前の接種券の確認が済んでいません。先に答えてください / \
         a question about another voucher waits: answer it first"
    )]
    QuestionOpen,
    /// A record is not in the book.
    #[error(
        "前の接種券が記録できていません。「もう一度記録」を押すか、保留にしてください / \
         another voucher is not recorded: record it again, or put it aside"
    )]
    NotInTheBook,
    /// A voucher is being checked or recorded.
    #[error(
        "記録の途中です。少し待ってからやり直してください / recording is going on: wait a moment, then try again"
    )]
    Busy,
    /// A number is being typed.
    #[error(
        "番号の手入力中です。入力を終えるか中止してください / a number is being typed: finish or stop that first"
    )]
    EnteringByHand,
    /// Nothing on the table that this could be done with.
    #[error(
        "台の上に対象の接種券がありません。接種券を置いてください / no voucher on the table for this: put one down"
    )]
    NothingThere,
    /// Nothing waits for an answer.
    #[error(
        "答えを待っている確認はありません。画面を見直してください / no question waits for an answer: look at the screen again"
    )]
    NoQuestion,
    /// The reader accepted the number.
    #[error(
        "番号は読み取り済みです。接種券を置き直すか、保留にしてください / \
         its number is known: lay the voucher down again, or put it aside"
    )]
    NumberKnown,
    /// Nobody types a number.
    #[error(
        "手入力が始まっていません。先に手入力を選んでください / nobody is typing a number: choose entry by hand first"
    )]
    NotEntering,
    /// What was typed does not stand.
    #[error(transparent)]
    Hand(#[from] ManualError),
    /// It is on no list.
    #[error(
        "一覧にありません。一覧から選び直してください / it is not on the list: choose from the list again"
    )]
    NotListed,
    /// What was put aside on another day cannot get today's date.
    #[error(
        "{0} の接種券です。今日の日付では記録できません。責任者に確かめ、一覧から片付けてください / \
         this voucher is of {0} and cannot get today's date: ask the person in charge, and settle it in the list"
    )]
    OfAnotherDay(Date),
    /// No such record of today.
    #[error(
        "記録 {0} は今日の一覧にありません。一覧から選び直してください / record {0} is not on today's list: choose from the list again"
    )]
    UnknownRecord(RecordId),
    /// The record was cancelled.
    #[error(
        "記録 {0} は取り消されています。新しく読み取ってください / record {0} was cancelled: read the voucher again"
    )]
    Cancelled(RecordId),
    /// A change of the record is on its way into the book.
    #[error(
        "記録 {0} は変更の途中です。少し待ってください / a change of record {0} is going on: wait a moment"
    )]
    ChangeGoingOn(RecordId),
    /// The voucher on the table was not just recorded.
    #[error(
        "今置かれている接種券の記録がありません。一覧から「取消」を選んでください / \
         the voucher on the table was not recorded just now: cancel a record from the list"
    )]
    NothingToUndo,
    /// A correction that changes nothing.
    #[error(
        "変更がありません。正しい内容を入れてください / nothing is changed: enter what is right"
    )]
    NothingChanged,
    /// A consultation has no lot.
    #[error(
        "予診のみの記録にロットはありません。取り消して読み取り直してください / \
         a consultation has no lot: cancel the record and read the voucher again"
    )]
    NoLot,
    /// A date that has not come yet.
    #[error(
        "{0} は未来の日付です。接種日を確かめてください / {0} has not come yet: check the date"
    )]
    InFuture(Date),
    /// A slip.
    #[error(transparent)]
    Slip(#[from] SlipError),
    /// A change of lot.
    #[error(transparent)]
    Lot(#[from] SegmentError),
    /// A count.
    #[error(transparent)]
    Count(#[from] CountError),
    /// Something is open at the close of the day.
    #[error(
        "締める前に {0} 件の確認が残っています。片付けるか、理由を入れてください / \
         {0} points are open: settle or explain each, then close the day"
    )]
    OpenPoints(usize),
    /// Entries that are not in the book.
    #[error(
        "記録できていないものが {0} 件あります。もう一度記録してから締めてください / \
         {0} entries are not in the book: record them again, then close the day"
    )]
    NotInTheBookYet(usize),
    /// A voucher lies on the table.
    #[error(
        "台の上に接種券があります。取り除いてください / a voucher lies on the table: take it away"
    )]
    TableNotEmpty,
    /// No day is open.
    #[error(
        "開いている日がありません。先にセッションを確認してください / no day is open: confirm a session first"
    )]
    NothingToClose,
    /// The day is open.
    #[error(
        "この日は締められていません。そのまま続けてください / this day is not closed: just go on"
    )]
    NotClosed,
    /// Nothing of that kind is open.
    #[error(
        "その項目は残っていません。一覧を見直してください / that point is not open: look at the list again"
    )]
    NotOpen,
    /// Two numbers in one presentation.
    #[error(
        "同じ置き方のまま別の番号が読まれました。1枚だけを置き直してください / \
         another number was read without a voucher being changed: lay one voucher down again"
    )]
    SecondNumber,
}
