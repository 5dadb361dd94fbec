//! Words of the set-up.

words! {
    CAMERA = "カメラ", "Camera";
    CALIBRATION = "校正", "Calibration";
    ENROLMENT = "登録", "Enrolment";
    STANDING = "状態", "State";
    FOCUS = "ピント", "Focus";
    LIGHT = "明るさ", "Light";
    GLARE = "反射", "Glare";
    LAY_SOMETHING = "券を置く", "Lay a voucher down";
    SHARP = "ピントは良好", "Sharp";
    BLURRED = "ぼやけています", "Blurred";
    PRINT_TARGET = "校正用紙を原寸で印刷し、定規で確かめます", "Print the target at full size; check it with a ruler";
    LAY_TARGET = "台の中央に平らに置きます", "Lay it flat in the middle of the mount";
    RUN_CALIBRATE = "受付を閉じ、下の命令を動かします", "Close the station and run this:";
    USE_PROFILE = "--mount mount.toml を付けて開きます", "Open it again with --mount mount.toml";
    ENROLLED = "登録済み", "Enrolled";
    NOT_ENROLLED = "未登録（記録はできます）", "Not enrolled (recording works)";
    GET_CODE = "管理者から登録コードを受け取ります", "Get an enrolment code from the administrator";
    RUN_ENROL = "受付を閉じ、下の命令でコードを入力します", "Close the station, run this, type the code";
    START_AGAIN = "受付を開き直します", "Open the station again";
    STATION = "端末", "Station";
    VERSION = "版", "Version";
    LICENCES = "ライセンス", "Licences";
}
