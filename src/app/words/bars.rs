//! Words of the bars, of the reception, and of reasons.

words! {
    // Screens and bars.
    RECEPTION = "受付", "Reception";
    START = "開始", "Start of day";
    REVIEW = "確認", "Review";
    ENTRY = "手入力", "Manual entry";
    DELIVERY = "送信", "Delivery";
    COUNT = "照合・集計", "Reconcile, report";
    SET_UP = "設定", "Set-up";
    MENU = "メニュー", "Menu";
    BACK = "戻る", "Back";
    OPERATOR = "担当", "On duty";
    SIGN_OUT = "サインアウト", "Sign out";
    CLOSE_NOTICE = "閉じる", "Close";
    TRAINING = "訓練中・本番ではありません", "TRAINING (not real records)";
    LAY_SAMPLE = "見本を置く", "Lay a sample down";
    TAKE_SAMPLE = "見本を取る", "Take it away";
    BY_ITSELF = "自動", "Auto";
    TODAY = "今日", "Today";
    RECORDS = "件", "records";
    CANNOT_START = "起動できません", "Cannot start";
    TO_A_PERSON = "要確認", "To check";
    STARTING = "起動しています", "starting";

    // Reception: what lies there.
    LAY_DOWN = "接種券を置いてください", "Lay a voucher down";
    BEGIN_FIRST = "先に「開始」で今日の設定を確認してください", "First confirm today's set-up under Start of day";
    BEGIN = "開始へ", "Start of day";
    DAY_CLOSED = "今日は締めました", "The day is closed";
    READING = "読み取っています", "Reading";
    CANNOT_READ = "読み取れません", "Cannot read it";
    RECORDED = "記録しました", "Recorded";
    TAKE_AWAY = "接種券を取ってください", "Take the voucher away";
    ALREADY = "記録済みです", "Recorded before";
    DECLINED = "記録しませんでした", "Not recorded, as you said";
    ASIDE = "保留にしました", "Put aside";
    UNDECIDED = "未処理です", "Undecided";
    UNDONE = "取り消しました", "Taken back";
    QUESTION = "確認してください", "Please check";
    NOT_RECORDED = "記録できていません", "NOT recorded";
    CHECKING = "確認中です", "Checking";
    OF_ANOTHER = "台の上の券ではありません。「確認」の一覧を見てください", "It is not the voucher on the table: see Review";
    CHOSEN_BEFORE = "前に選んだこと", "Chosen before";
    OF_THE_NEXT = "次に置く接種券に使いますか", "Is it for the next voucher?";
    OF_THIS = "この接種券に使いますか", "Is it still for this voucher?";
    CHOICE_HOLDS = "使う", "Use it";
    CHOICE_DOES_NOT_HOLD = "使わない", "Do not use it";
    ONLY_CONSULTED = "予診のみで記録済みです。接種したときは、その記録を取り消してから置き直してください", "Recorded as consultation only: if the dose was given, cancel that record, then lay the voucher down again";
    NEXT_IS = "次の券:", "Next voucher:";
    LATEST_CONSULTATION = "予診", "consultation only";
    CHOSEN_CONSULTATION = "予診のみ", "consultation only";
    CHOSEN_SLIP = "番号は後日の控え", "number-to-follow slip";
    NUMBER_TO_FOLLOW = "番号は後日", "number to follow";
    WAIT_FOR_OTHER = "前の接種券が終わるまでお待ちください", "Wait until the one before is done";

    // Reception: what is done.
    UNDO = "取り消す", "Take back";
    RECORD_ANYWAY = "記録する", "Record it";
    DO_NOT_RECORD = "記録しない", "Do not record";
    PUT_ASIDE = "保留", "Put aside";
    TYPE_NUMBER = "番号を入力", "Type the number";
    TRY_AGAIN = "もう一度記録", "Record again";
    CONSULTATION_ONLY = "次は予診のみ", "Next: consultation only";
    CHANGE_LOT = "ロット変更", "Change lot";
    TODAYS_RECORDS = "今日の記録", "Today's records";
    UNDECIDED_COUNT = "未処理", "Undecided";
    WHY = "理由を選んでください", "Choose why";
    CANCEL = "やめる", "Never mind";

    // Records.
    CONSULTED = "予診のみ", "consultation only";
    STANDS = "有効", "valid";
    CANCELLED = "取消済み", "cancelled";
    CHANGING = "変更中", "changing";
    LEAVE_IT = "このままでよい", "Leave it as it is";
    CORRECT_LOT = "ロットを訂正", "Correct the lot";
    SETTLE = "片付ける", "Settle it";
    DISCARD = "廃棄", "Throw away";
    EXPLAIN = "説明", "Explain";
    REOPEN = "締めを取り消す", "Open the day again";

    // Reasons.
    REASON_RETURNED = "本人に返した", "Given back to the person";
    REASON_LEFT_OVER = "余った", "Left over";
    REASON_DROPPED = "落とした・破損", "Dropped or broken";
    REASON_OUT_OF_TIME = "時間切れ", "Out of time";
    REASON_DEFECT = "異物・不良", "Particles or a defect";
    REASON_COUNTED_TWICE = "数え直して確認した", "Counted again and confirmed";
    REASON_EXTRA_DOSE = "1本から余分に取れた", "A vial gave more doses";
    REASON_NEXT_DAY = "翌日に処理する", "Will be done the next day";
    REASON_MORE_TO_RECORD = "記録が残っていた", "There is more to record";
    REASON_CONFIRMED = "本人に確認した", "Confirmed with the person";
    REASON_DOCTOR = "医師が判断した", "The doctor decided";
    REASON_PAPER = "書類で確認した", "Checked on paper";
    REASON_NOT_GIVEN = "接種しなかった", "No dose was given";
    REASON_OTHER_VENUE = "他会場で記録済み", "Recorded at another venue";
    REASON_WRONG_VOUCHER = "券の間違い", "Wrong voucher";
    REASON_ASK_LEAD = "責任者に確認する", "The lead will decide";
    REASON_LATER = "後で処理する", "To be done later";
    REASON_MISTAKE = "操作の間違い", "Pressed by mistake";
    REASON_WRONG_LOT = "ロットの間違い", "Wrong lot";

    // Status.
    QUEUED = "送信待ち", "Queued";
    SENT = "送信済み", "Sent";
    NOT_SENDING = "送信停止", "Not sending";
    CAMERA_OK = "カメラ", "Camera";
    CAMERA_LOST = "カメラなし", "No camera";
    NO_SESSION = "未開始", "Not started";
    DOSE = "回目", "dose";
}
