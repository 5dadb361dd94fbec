//! Words of counting, report and close.

words! {
    VIALS = "バイアル", "Vials";
    REPORT = "日報", "Report";
    PILE = "照合", "Pile";
    CLOSE = "締め", "Close";
    NO_LOT = "今日使ったロットはまだありません", "No lot has been used today";
    OPENED = "開けたバイアル（本）", "Vials opened";
    DRAWN = "充填した注射器（本）", "Syringes drawn";
    DISCARDED_VIAL = "廃棄・バイアル内（回分）", "Thrown away in vials (doses)";
    DISCARDED_SYRINGE = "廃棄・注射器（本）", "Thrown away in syringes";
    RECORDED = "この端末の記録（回分）", "Recorded here (doses)";
    EVEN = "数が合っています", "The sums agree";
    IN_VIALS = "バイアル内", "In vials";
    IN_SYRINGES = "注射器", "In syringes";
    TOUCH_COUNT = "左の項目に触れて、数を入力します", "Touch a count on the left, then type it";
    ENTER = "この数にする", "Enter";
    NO_DAY = "まだ始まっていません", "The day has not begun";
    GIVEN = "接種", "Given";
    BY_HOUR = "時間帯", "By hour";
    BY_DOSE = "回数", "By dose";
    BY_LOT = "ロット", "By lot";
    SAVE_PAGE = "印刷用に保存", "Save to print";
    SAVE_TABLE = "表(CSV)で保存", "Save as CSV";
    SAVED = "保存しました:", "Saved:";
    NO_NUMBERS = "券番号は含まれません", "It holds no voucher numbers";
    LAY_AGAIN = "券を1枚ずつ置いてください", "Lay the sheets down one by one";
    HAS_RECORD = "記録済みです", "It has a record";
    HAD_NONE = "記録がなかったので、いま記録しました", "It had no record; now it has";
    SEVERAL = "複数の端末の照合は、事務用の端末で行います", "Several tablets are reconciled at the office:";
    STILL_OPEN = "締める前に、残っているものに触れてください", "Before the close, touch what is still open";
    NOTHING_OPEN = "残っているものはありません", "Nothing is open";
    CLOSE_DAY = "今日を締める", "Close the day";
    SURE = "今日を締めますか", "Close the day?";
    AFTER_CLOSE = "締めた後は、理由なしに記録できません", "After that, recording takes a reason";
    CLOSE_NOW = "はい、締めます", "Yes, close it";
    RECORD_TO_CHECK = "確認が必要な記録", "A record to check";
    WRITE_SEAL = "封印を今日の用紙に書いてください", "Write this seal on the day's paper";
}
