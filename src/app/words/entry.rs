//! Words of the manual entry.

words! {
    WHOSE = "どの券の番号を入力しますか", "Whose number is typed?";
    ON_TABLE = "台の上の券", "The voucher on the table";
    NOTHING_TO_TYPE = "入力する券はありません", "Nothing to type";
    LAY_IT_DOWN = "読み取れない券を台に置いてください",
        "Lay the voucher that cannot be read on the table";
    FIRST = "1回目の入力", "First entry";
    LOOK_AT_PAPER = "紙を見て入力します", "Type what the paper says";
    SECOND = "2回目の入力", "Second entry";
    BLIND = "紙を見て、もう一度", "Once more, from the paper";
    NOT_ON_TABLE = "台から取った券の番号です", "Of the voucher that was taken off the table";
    ENTER = "確定", "Enter";
    STILL = "残りの桁", "Digits to go";
    TOWN_FOLLOWS = "市区町村は6桁の入力後に出ます", "The town appears after its six digits";
    NO_TOWN = "該当する市区町村がありません", "There is no such town";
}
