//! Words of signing in.

words! {
    WHO = "担当者を選んでください", "Who are you?";
    LOCKED = "操作がなかったので、ロックしました", "Locked: the screen was left alone";
    TYPE_PIN = "PIN を入力してください", "Type your PIN";
    SIX_DIGITS = "6〜12 桁の数字です", "6 to 12 digits";
    SIGN_IN = "サインイン", "Sign in";
    OTHER_PERSON = "名前を選び直す", "Choose another name";
    CHECKING = "PIN を確かめています", "Checking the PIN";
}
