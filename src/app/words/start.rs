//! Words of the start of day and of the change of lot.

words! {
    DATE = "日付", "Date";
    VENUE = "会場", "Venue";
    DOCTOR = "医師", "Doctor";
    PRODUCT = "ワクチン", "Vaccine";
    LOT = "ロット", "Lot";
    MODE = "読み取り", "Reading";
    TO_CHOOSE = "選んでください", "to choose";
    BEGIN = "この内容で開始", "Begin with these";
    CHECKS = "始める前の確認", "Before you begin";
    USUAL = "練習用の設定を使う", "Use the practice set-up";
    SEAL = "封印", "Seal";
    TOUCH_DATE = "今日の日付か確かめて、触れてください", "Check that this is today, and touch it";
    WRONG_DATE = "違うときは、端末の時計を直してください", "If it is not, set the tablet's clock";
    TYPE_NAME = "キーボードで入力してください", "Type it on the keyboard";
    TYPE_OTHER = "ほかの名前は、キーボードで入力します", "For another name, use the keyboard";
    USE_NAME = "この名前にする", "Use this name";
    LISTED_LOTS = "一覧に戻る", "Show the list";
    PRODUCT_FIRST = "先にワクチンを選んでください", "Choose the vaccine first";
    COMPARE_LOT = "バイアルのラベルと見比べて選びます", "Compare with the label on the vial";
    OTHER_LOT = "一覧にないロット", "A lot that is not listed";
    USE_LOT = "このロットにする", "Use this lot";
    UNTIL = "期限", "until";
    BEFORE_SHOT = "接種の前に読む", "Read before the shot";
    AFTER_SHOT = "接種の後に読む", "Read after the shot";
    CLERK = "書類を後で入力する", "Enter papers later";
    VACCINATION = "接種券", "Vaccination";
    CONSULTATION = "予診のみの券", "Consultation only";
    DOSE = "全員が同じ回数のときだけ選びます", "Only if everybody gets the same dose";
    ANY_DOSE = "指定なし", "any";
    NOW_GIVEN = "いま", "Now";
    CHANGE_TO = "このロットに変更", "Change to this lot";
    NEW_LOT = "新しいロット", "The new lot";
    NEW_PRODUCT = "別のワクチン", "Another vaccine";
    SAME_LOT = "いまと同じロットです", "This is the lot in use";
    CHOOSE_NEW = "右から新しいロットを選んでください", "Choose the new lot on the right";
    NEXT = "次へ", "Next";
    COMPARE_AGAIN = "バイアルと同じですか", "Is this what is on the vial?";
    HOW_IT_STANDS = "いまの状態", "How things stand";
    BEGUN = "今日の設定", "Today's set-up";
    CHANGE = "設定を変える", "Change it";
    TO_RECEPTION = "受付へ", "To reception";
    REOPEN_ONLY_IF = "記録が残っていたときだけ、締めを取り消します", "Open it again only if there is more to record";
    AND = "・", ", ";
}
