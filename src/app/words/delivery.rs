//! Words of the delivery.

words! {
    SEND_NOW = "今すぐ送信", "Send now";
    GOES = "送信できています", "Delivery works";
    WAITS = "送信を待っています", "Waiting to send";
    KEPT = "記録は端末に残り、後で送られます", "Records are kept here and sent later";
    STOPPED = "送信が止まっています", "Delivery has stopped";
    REJECTED = "差し戻し", "Sent back";
    CONFLICTS = "食い違い", "Conflicts";
    NONE = "ありません", "None";
    MORE = "ほかにも", "More:";
    HERE = "この端末", "This tablet";
    THIS = "この記録", "This record";
    OTHER = "もう一つの記録", "The other record";
    REGISTRY = "全国の台帳", "The national registry";
    SAYS = "サーバーの返答", "The server says";
    SAME_DOSE = "番号・回数が同じ", "Same number";
    SAME = "同じ", "Same";
    DIFFERS = "違います", "Differs";
    NOT_TOLD = "不明", "Not known";
    OBJECTED = "要訂正", "To mend";
    NOT_SHOWN = "（表示されません）", "(not shown)";
    OTHER_GONE = "もう一つの記録は取り消されました。もう一度送ってください",
        "The other record was cancelled: send this one again";
    OTHER_TODO = "紙と見比べて、誤っているほうを「今日の記録」で取り消してください",
        "Compare both with the paper, and cancel the wrong one in today's records";
    REGISTRY_TODO = "紙と見比べてください。この端末が誤りなら取り消します。正しければ責任者が「もう一度送る」を押します",
        "Compare both with the paper. If this tablet is wrong, cancel its record; if it is right, the lead sends it again";
    UNSEEN_TODO = "台帳の日付・ワクチン・ロットのどれかが違います。接種済証を見て、この端末が誤りなら取り消し、正しければ責任者が「もう一度送る」を押します",
        "Its date, vaccine or lot differs. Look at the certificate: if this tablet is wrong, cancel its record; if it is right, the lead sends it again";
    REJECTED_TODO = "「今日の記録」でロットを直すか、取り消してください。ほかは責任者に伝えます",
        "Correct the lot or cancel it in today's records; tell the lead of anything else";
    AGAIN = "もう一度送る", "Send again";
}
