//! Words of the set-up.

words! {
    CAMERA = "カメラとピント", "Camera and focus";
    CALIBRATION = "校正", "Calibration";
    ENROLMENT = "端末の登録", "Enrolment";
    PEOPLE = "担当者", "People";
    LANGUAGE = "言語", "Language";
    STANDING = "状態", "State";
    THIS_LANGUAGE = "日本語", "English";
    FOCUS = "ピント", "Focus";
    LIGHT = "明るさ", "Light";
    GLARE = "反射", "Glare";
    SCALE = "細かさ", "Scale";
    WARNING = "注意", "Attention";
    LAY_SOMETHING = "券を置く", "Lay a voucher down";
    SHARP = "良い", "Good";
    FAIR = "ふつう", "Fair";
    BLURRED = "ぼけ", "Blurred";
    LIGHT_GOOD = "良い", "Good";
    DARK = "暗い", "Dark";
    BRIGHT = "明るすぎ", "Too bright";
    NO_GLARE = "なし", "None";
    GLARES = "あり", "Glare";
    PROFILE = "校正済み", "Calibrated:";
    NOT_CALIBRATED = "校正していません", "Not calibrated";
    LAY_TARGET = "calibration/target.pdf を等倍で印刷し、台の中央に平らに置きます", "Print calibration/target.pdf at 100 % and lay it flat in the middle of the mount";
    RUN_CALIBRATE = "受付を閉じ、この命令を動かします", "Close the station and run this";
    USE_PROFILE = "できたファイルを付けて、受付を開き直します", "Open the station again with the file it made";
    ENROLLED = "登録済み", "Enrolled";
    NOT_ENROLLED = "未登録", "Not enrolled";
    RECORDS_ALL_THE_SAME = "記録はできます。登録すると送信されます", "Recording works; records are sent once it is enrolled";
    SERVER = "サーバーのアドレス", "Address of the server";
    CODE = "登録コード", "Enrolment code";
    AUTHENTICATOR = "認証アプリの6桁", "Authenticator's code";
    CODE_ONCE = "登録コードは管理者から受け取り、キーボードで入力します。一度だけ使えます",
        "The administrator gives the code out; type it on the keyboard. It works once";
    ENROL = "登録する", "Enrol";
    ASKING = "サーバーに問い合わせています", "Asking the server";
    START_AGAIN = "受付を開き直すと、新しい登録で送信します", "Open the station again to deliver with the new enrolment";
    NOBODY_SIGNS_IN = "サインインなし", "No sign-in";
    EVERYBODY_MAY = "担当者が登録されていないので、だれでも操作できます", "No operator has an account: everybody may use the station";
    ADD_PEOPLE = "登録するには、受付を閉じ、この命令を動かします", "To add the first one, close the station and run this";
    RELIEF = "交代する人を選んでください", "Who takes over?";
    ALL_WELL = "異常なし", "All is well";
    TO_LOOK_AT = "確認があります", "To be checked";
    TO_MEND = "対応が必要です", "To be mended";
    STATION = "端末", "Station";
    VERSION = "版", "Version";
    QUEUE = "送信", "Delivery";
    FRAMES = "コマ", "Frames";
    DRAWING = "描画（遅い1％）", "Drawing, slowest 1 %";
    LAST_NOTICE = "最後のお知らせ", "Last notice";
    LICENCES = "ライセンス", "Licences";
}
