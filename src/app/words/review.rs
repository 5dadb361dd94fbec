//! Words of the review, and of today's records.

words! {
    RECORDS = "記録", "Records";
    SLIPS = "番号は後日", "Slips";
    NOTHING = "確認するものはありません", "Nothing to check";
    NO_DIGITS = "番号なし", "no number";
    OF_ANOTHER_DAY = "別の日の券です", "of another day";
    CONTRADICTS = "別の記録と食い違っています", "contradicts another record";
    NOT_CHANGED = "変更できていません", "NOT changed";
    READ_AGAIN = "読み取り直した記録を選ぶ", "It was read again as ...";
    WHICH_RECORD = "どの記録ですか", "Which record is it?";
    TAKE_UP = "もう一度扱う", "Take it up again";
    GIVE_SLIP = "券がない人の控えを出す", "Give a slip to who has no voucher";
    CHOOSE_SLIP = "控えに触れると、次に置く券がその人のものになります",
        "Touch a slip: the next voucher is that person's";
    NEXT_IS_ITS = "次に置く券がこの人のものです", "the next voucher is this person's";
    WHICH_DOSE = "何回目の接種ですか", "Which dose was it?";
}
